package main

import (
	"fmt"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/platform/config"
)

type hashCmd struct {
	JSON  bool     `help:"Print one JSON object a file, with the fingerprints of every type."`
	Files []string `arg:"" name:"file" help:"Files; - is standard input."`
}

// hashed is what --json prints of a file.
type hashed struct {
	File         string               `json:"file"`
	Fingerprints []domain.Fingerprint `json:"fingerprints,omitempty"`
	Checks       []domain.Check       `json:"checks,omitempty"`
	Error        string               `json:"error,omitempty"`
}

// Help explains the output.
func (c *hashCmd) Help() string {
	return "Without --json prints a line for each picture: pdq, the hash, its quality and the file, separated by tabs. Of an animation that is the first frame; --json has them all.\n" +
		"Exit status: 0 if all files were read completely, 3 if some were not."
}

// Run prints the fingerprints of files.
func (c *hashCmd) Run(g *globals) error {
	cfg, _, err := g.load(nil)
	if err != nil {
		return err
	}
	in := pipeline.Inspector{Decode: media.NewDecoder(media.Limits{Pixels: int64(cfg.MediaPixels), Frames: cfg.MediaFrames, JPEG: media.Detail(cfg.MediaJPEG)}), Log: g.log(cfg)}
	partly := false
	for _, name := range c.Files {
		h := hashFile(g, &in, name, cfg.CheckPartBytes)
		for _, check := range h.Checks {
			if check.Status != domain.Complete {
				partly = true
				fmt.Fprintf(g.stderr, "quell: %s: %s %s. %s\n", name, check.Detector, check.Status, check.Reason)
			}
		}
		if h.Error != "" {
			partly = true
			fmt.Fprintf(g.stderr, "quell: %s: %s\n", name, h.Error)
		}
		if err := c.print(g, h); err != nil {
			return err
		}
	}
	if partly {
		return exit(exitPartly)
	}
	return nil
}

func hashFile(g *globals, in *pipeline.Inspector, name string, largest config.Bytes) hashed {
	data, err := readInput(name, largest)
	if err != nil {
		return hashed{File: name, Error: err.Error()}
	}
	prints, checks := in.Examine(g.ctx, data)
	return hashed{File: name, Fingerprints: prints, Checks: checks}
}

func (c *hashCmd) print(g *globals, h hashed) error {
	if c.JSON {
		return g.printJSON(h)
	}
	for _, f := range h.Fingerprints {
		if f.Type == domain.PDQ && f.View == "" {
			_, err := fmt.Fprintf(g.stdout, "%s\t%s\t%d\t%s\n", f.Type, f.Value, *f.Quality, h.File)
			return err
		}
	}
	return nil
}

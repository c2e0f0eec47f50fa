package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/config"
)

type hashCmd struct {
	Type      typeNames `placeholder:"TYPE" help:"Only fingerprints of this type: pdq, sha256 or md5, also as video_sha256 and video_md5. By default lines are of pdq, and --json has all types."`
	Rotations bool      `help:"In place of one PDQ hash of a picture, those of the picture turned and mirrored in eight ways."`
	Tx        bool      `xor:"form" help:"Print lines as tx does: type and hash alone, and nothing for a picture with too little in it."`
	JSON      bool      `xor:"form" help:"Print one JSON object a file."`
	Files     []string  `arg:"" name:"file" help:"Files or URLs; - is standard input."`
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
	return "Prints a line for each fingerprint: type, hash, quality (- for types without) and the file, separated by tabs, and with --rotations the name of the turn. Of an animation that is the first frame; --json has them all.\n" +
		"Exit status: 0 if all files were read completely, 3 if some were not."
}

// Run prints the fingerprints of files.
func (c *hashCmd) Run(g *globals) error {
	cfg, _, err := g.load(nil)
	if err != nil {
		return err
	}
	if c.Type == nil && !c.JSON {
		c.Type = typeNames{{string(domain.PDQ), domain.PDQ}}
	}
	in := newInspector(g, cfg)
	partly := false
	for _, name := range c.Files {
		h := c.hash(g, in, cfg, name)
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

// newInspector returns what makes fingerprints of files, within the limits that a server with this configuration has.
func newInspector(g *globals, cfg *config.Config) pipeline.Inspector {
	limits := media.Limits{Pixels: int64(cfg.MediaPixels), Frames: cfg.MediaFrames, JPEG: media.Detail(cfg.MediaJPEG)}
	return pipeline.Inspector{Decode: media.NewDecoder(limits), Log: g.log(cfg)}
}

// hash makes the fingerprints of a file that are wanted, with the checks of those alone.
func (c *hashCmd) hash(g *globals, in pipeline.Inspector, cfg *config.Config, name string) hashed {
	h := hashed{File: name}
	data, err := readFileOrURL(g.ctx, name, cfg)
	if err != nil {
		h.Error = err.Error()
		return h
	}
	if !c.Rotations {
		h.Fingerprints, h.Checks = in.Examine(g.ctx, data, c.Type.types()...)
		return h
	}
	all, turned, checks := examineTurned(g.ctx, in, data, c.Type.types()...)
	all = slices.DeleteFunc(all, func(f domain.Fingerprint) bool { return f.Type == domain.PDQ })
	h.Fingerprints, h.Checks = append(turned, all...), checks
	return h
}

func (c *hashCmd) print(g *globals, h hashed) error {
	if c.JSON {
		return g.printJSON(h)
	}
	frame := map[domain.SignalType]int{} // of which lines are printed
	for _, f := range h.Fingerprints {
		if first, seen := frame[f.Type]; seen && f.Frame != first || !c.hasLine(f) {
			continue
		}
		frame[f.Type] = f.Frame
		if _, err := fmt.Fprintln(g.stdout, c.line(f, h.File)); err != nil {
			return err
		}
	}
	return nil
}

// hasLine reports whether a fingerprint of the first frame has a line: those of the picture as it is stored have, and those of it turned.
func (c *hashCmd) hasLine(f domain.Fingerprint) bool {
	if c.Tx && !signal.Usable(f) {
		return false
	}
	return f.View == "" || c.Rotations
}

// line is a fingerprint on a line.
func (c *hashCmd) line(f domain.Fingerprint, file string) string {
	name, _ := c.Type.name(f.Type)
	switch {
	case c.Tx && f.View != "":
		return f.View + " " + name + " " + f.Value
	case c.Tx:
		return name + " " + f.Value
	}
	quality := "-"
	if f.Quality != nil {
		quality = strconv.Itoa(*f.Quality)
	}
	line := []string{name, f.Value, quality, file}
	if f.View != "" {
		line = append(line, f.View)
	}
	return strings.Join(line, "\t")
}

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// release is set by the linker for a released build.
var release = ""

// version names the build: its release, else its revision, else "development".
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "development-" + s.Value[:12]
			}
		}
	}
	return "development"
}

type versionCmd struct {
	JSON bool `help:"Print as JSON."`
}

// Run prints the version.
func (c *versionCmd) Run(g *globals) error {
	if c.JSON {
		return g.printJSON(map[string]string{"version": version(), "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH})
	}
	fmt.Fprintf(g.stdout, "quell %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

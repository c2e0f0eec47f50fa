package main

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/quell-project/quell/internal/bench"
)

type benchCmd struct {
	Index  benchIndexCmd     `cmd:"" help:"Measure the search: questions a second, their latency, memory, exactness."`
	Hash   benchHashCmd      `cmd:"" help:"Measure fingerprints: of decoded pixels, and from the bytes of files."`
	HMA    benchHMACmd       `cmd:"" name:"hma" help:"Measure a server as clients of HMA see it: lookups a second, and how soon changes count."`
	Edits  benchEditsCmd     `cmd:"" help:"Measure how many edited copies of pictures are found, and how many pictures are taken for others."`
	Retro  benchRetrohuntCmd `cmd:"" name:"retrohunt" help:"Measure how long past uploads are searched for new signals."`
	Replay benchReplayCmd    `cmd:"" help:"Measure how long past decisions are replayed with a policy."`
	Codes  benchCodesCmd     `cmd:"" help:"Write codes and questions to files, to ask another search engine the same."`
	Report benchReportCmd    `cmd:"" help:"Write tables and charts from results that were kept."`
}

// stages returns what shows on a terminal how far a measurement has come, and what removes it in the end. Elsewhere nothing is shown.
func stages(terminal io.Writer) (tell bench.Progress, finish func()) {
	if !onTerminal(terminal) {
		return func(string, int, int) {}, func() {}
	}
	var mu sync.Mutex
	var bar *progressbar.ProgressBar
	stage := ""
	clear := func() {
		if bar != nil {
			_ = bar.Clear()
		}
	}
	tell = func(what string, done, total int) {
		mu.Lock()
		defer mu.Unlock()
		if what != stage {
			clear()
			stage = what
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(terminal), progressbar.OptionSetDescription(what),
				progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetWidth(30))
			_ = bar.RenderBlank()
		}
		_ = bar.Set(done)
	}
	return tell, func() {
		mu.Lock()
		defer mu.Unlock()
		clear()
	}
}

package main

import (
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// bars shows the progress of one stage of work after the other; nothing where out is no terminal.
type bars struct {
	progress *mpb.Progress
	bar      *mpb.Bar
}

func newBars(out io.Writer) *bars { return &bars{progress: mpb.New(mpb.WithOutput(out))} }

// stage ends the bar before and starts another, of bytes. The function that it returns tells how much is
// done.
func (b *bars) stage(name string) func(done, total int64) {
	return b.add(name, decor.CountersKibiByte("% .1f of % .1f"))
}

// count is stage for what is counted.
func (b *bars) count(name string) func(done, total int64) {
	return b.add(name, decor.CountersNoUnit("%d of %d"))
}

func (b *bars) add(name string, done decor.Decorator) func(done, total int64) {
	b.end()
	bar := b.progress.AddBar(0,
		mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR), done),
		mpb.AppendDecorators(decor.NewPercentage("%d")))
	b.bar = bar
	return func(done, total int64) {
		bar.SetTotal(total, false)
		bar.SetCurrent(done)
	}
}

func (b *bars) end() {
	if b.bar != nil {
		b.bar.SetTotal(-1, true) // what was done is the total
		b.bar = nil
	}
}

// close ends all bars, unfinished ones too, and gives the terminal back.
func (b *bars) close() {
	if b.bar != nil {
		b.bar.Abort(false)
	}
	b.progress.Shutdown()
}

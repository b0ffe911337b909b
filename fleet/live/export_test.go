package live

// KeepMarks has subscribers cut that are this many changes behind. It is called before Run.
func (f *Fleet) KeepMarks(n int) { f.feed = newFeed(n) }

package fleet

// To take a report is quick; to show it to readers is not, as each car that has moved on to another road
// changes hundreds of entries of each index. So who takes reports shows them himself where nobody else
// does, and otherwise leaves them to that one: the more reports come, the more of them are shown at
// once, of each car the last only, and no report waits for an index.

// mustShow tells whether the caller, who holds write, is the one to call showNow or showSoon.
func (f *Store) mustShow() bool {
	if f.showing || len(f.changes) == 0 {
		return false
	}
	f.showing = true
	return true
}

// showSoon shows all changes to readers, and sees to it that those are shown that come meanwhile.
func (f *Store) showSoon() {
	f.Settle()
	if f.more() {
		go func() {
			for more := true; more; more = f.more() {
				f.Settle()
			}
		}()
	}
}

// more tells whether there are changes to show; where there are none, the next who takes reports shows
// them.
func (f *Store) more() bool {
	f.write.Lock()
	defer f.write.Unlock()
	f.showing = len(f.changes) > 0
	return f.showing
}

// Settle returns when readers see all that has been reported.
func (f *Store) Settle() {
	f.show.Lock()
	defer f.show.Unlock()
	f.write.Lock()
	f.takeChanges()
	f.write.Unlock()
	f.showTaken()
}

// takeChanges sets the changes aside to be shown. The caller holds show and write.
func (f *Store) takeChanges() {
	f.taken, f.changes = f.changes, f.taken[:0]
	for _, c := range f.taken {
		f.pending[c.slot] = 0
	}
}

// showTaken lets readers see the changes that were taken, all at once. The caller holds show.
func (f *Store) showTaken() {
	if len(f.taken) == 0 {
		return
	}
	for _, c := range f.taken {
		if c.slot < len(f.shown) {
			f.shown[c.slot] = c.car
		} else {
			f.shown = append(f.shown, c.car)
		}
		for _, l := range f.lanes {
			l.put(c.slot, c.car, &l.moves)
		}
		for _, l := range f.filling {
			if c.slot < l.filled {
				l.put(c.slot, c.car, &l.moves)
			}
		}
	}
	f.sides.Write(func(s *side) {
		s.apply(f.taken)
		f.move(s)
	})
	f.moved()
	clear(f.taken)
	f.taken = f.taken[:0]
}

// move applies what the lanes have noted to the indices of a side.
func (f *Store) move(s *side) {
	for i, l := range f.lanes {
		s.index[i].Apply(&l.moves)
	}
}

// moved forgets what the lanes have noted, once it has been applied to both sides.
func (f *Store) moved() {
	for _, l := range f.lanes {
		l.moves.Reset()
	}
}

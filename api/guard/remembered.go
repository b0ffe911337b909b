package guard

import (
	"sync"
	"time"
)

// remembered keeps callers that were verified until a time, so that signatures are checked once and not
// with every call. It holds a bounded number.
type remembered[K comparable] struct {
	mu      sync.Mutex
	callers map[K]verified
	era     int // ends when everyone is forgotten
}

type verified struct {
	who   *Identity
	until time.Time
}

const (
	maxRemembered = 4096
	// recheck is how long a verified caller is believed at most: then its signature is checked again.
	recheck = 5 * time.Minute
)

// find returns who was verified and still is at a time; nil where nobody is. era is for keep.
func (r *remembered[K]) find(key K, now time.Time) (who *Identity, era int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, ok := r.callers[key]; ok && now.Before(v.until) {
		who = v.who
	}
	return who, r.era
}

// keep remembers a caller until a time, recheck from now at most. era is what find returned before the
// caller was verified: if everyone was forgotten since, it was by keys or lists that no longer count.
func (r *remembered[K]) keep(era int, key K, who *Identity, now, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if era != r.era {
		return
	}
	if len(r.callers) >= maxRemembered {
		r.makeRoom(now)
	}
	if r.callers == nil {
		r.callers = map[K]verified{}
	}
	if last := now.Add(recheck); until.After(last) {
		until = last
	}
	r.callers[key] = verified{who, until}
}

// makeRoom forgets those whose time is over and, where these are few, any others, until a quarter is
// free: so it is not gone through for each newcomer.
func (r *remembered[K]) makeRoom(now time.Time) {
	for key, v := range r.callers {
		if !now.Before(v.until) {
			delete(r.callers, key)
		}
	}
	for key := range r.callers {
		if len(r.callers) <= maxRemembered/4*3 {
			break
		}
		delete(r.callers, key)
	}
}

// forget drops everyone, as when the keys that they were verified with change.
func (r *remembered[K]) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.callers)
	r.era++
}

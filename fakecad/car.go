package fakecad

import (
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// car is one car as the control room knows it: what the server has acknowledged.
type car struct {
	name     string
	etag     string
	status   pb.CarStatus
	incident string
	point    orb.Point
	reported time.Time // of the last position that the server took

	way   way
	left  time.Duration // until the present status ends by itself, where it does not drive
	call  orb.Point
	where *pb.Place // that the patient is taken to; nil: nowhere
}

// way is a line that is driven evenly.
type way struct {
	line  []orb.Point
	takes time.Duration
	gone  time.Duration
}

// after drives on and tells whether the end is reached.
func (w *way) after(d time.Duration) (at orb.Point, arrived bool) {
	w.gone = min(w.gone+d, w.takes)
	if w.gone == w.takes || len(w.line) < 2 {
		return w.line[len(w.line)-1], true
	}
	total := 0.0
	for i := 1; i < len(w.line); i++ {
		total += road.Metres(w.line[i-1], w.line[i])
	}
	rest := total * float64(w.gone) / float64(w.takes)
	for i := 1; i < len(w.line); i++ {
		a, b := w.line[i-1], w.line[i]
		step := road.Metres(a, b)
		if rest <= step && step > 0 {
			share := rest / step
			return orb.Point{a[0] + share*(b[0]-a[0]), a[1] + share*(b[1]-a[1])}, false
		}
		rest -= step
	}
	return w.line[len(w.line)-1], true
}

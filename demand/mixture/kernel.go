package mixture

import "math"

// pixelsPerSigma is how fine the raster is on which a kernel is applied. Calls are put on the raster and
// taken off it by linear interpolation; that widens the kernel by a third of a squared pixel, which is
// taken from the kernel on the raster. What error is left is of fourth order: below 1 % of the peak.
const pixelsPerSigma = 3

// kernel spreads mass over distance by a Gaussian, relative to a base measure q over cells:
//
//	out(c) = q(c) Σᵢ in(i) K(c,i) / Σ_c' K(c',i) q(c')
//
// so that each call keeps a mass of one whatever lies beyond the city's edge or between its cells.
type kernel struct {
	base   []float64
	scale  []float64 // of each cell: 1 / Σ_c' K(c',i) q(c')
	taps   []float64 // from the centre outwards
	wide   int       // pixels in a row
	high   int
	pixel  []int32   // of each cell, its lower-left pixel
	dx, dy []float32 // of each cell, how far it lies from there towards the next, in pixels
}

// kernelPixels returns how many pixels the raster of a kernel has.
func kernelPixels(x, y []float64, sigma float64) float64 {
	x0, x1, y0, y1 := bounds(x, y)
	p := sigma / pixelsPerSigma
	return (math.Floor((x1-x0)/p) + 2) * (math.Floor((y1-y0)/p) + 2)
}

// newKernel returns the kernel of a bandwidth, in metres, over cells with the given centres and base.
func newKernel(x, y, base []float64, sigma float64) *kernel {
	x0, x1, y0, y1 := bounds(x, y)
	p := sigma / pixelsPerSigma
	k := &kernel{
		base: base, scale: make([]float64, len(x)), pixel: make([]int32, len(x)),
		dx: make([]float32, len(x)), dy: make([]float32, len(x)),
		wide: int((x1-x0)/p) + 2, high: int((y1-y0)/p) + 2,
	}
	for i := range x {
		fx, fy := (x[i]-x0)/p, (y[i]-y0)/p
		k.pixel[i] = int32(int(fy)*k.wide + int(fx))
		k.dx[i], k.dy[i] = float32(fx-math.Floor(fx)), float32(fy-math.Floor(fy))
	}
	variance := pixelsPerSigma*pixelsPerSigma - 1.0/3 // in squared pixels, less what interpolation adds
	for d := 0; d <= 4*pixelsPerSigma; d++ {
		k.taps = append(k.taps, math.Exp(-float64(d*d)/(2*variance)))
	}
	r := k.raster()
	k.smooth(base, k.scale, r)
	for i, s := range k.scale {
		k.scale[i] = 1 / s
	}
	return k
}

func bounds(x, y []float64) (x0, x1, y0, y1 float64) {
	x0, x1, y0, y1 = x[0], x[0], y[0], y[0]
	for i := range x {
		x0, x1, y0, y1 = min(x0, x[i]), max(x1, x[i]), min(y0, y[i]), max(y1, y[i])
	}
	return
}

// raster is the room that a kernel works in; one for each goroutine.
type raster struct{ a, b []float64 }

func (k *kernel) raster() *raster {
	return &raster{make([]float64, k.wide*k.high), make([]float64, k.wide*k.high)}
}

// spread writes the spread of in to out; the two may be the same.
func (k *kernel) spread(in, out []float64, r *raster) {
	if &in[0] != &out[0] {
		copy(out, in)
	}
	for i := range out {
		out[i] *= k.scale[i]
	}
	k.smooth(out, out, r)
	for i := range out {
		out[i] *= k.base[i]
	}
}

// smooth writes Σᵢ K(c,i) in(i) to out.
func (k *kernel) smooth(in, out []float64, r *raster) {
	clear(r.a)
	for i, v := range in {
		if v == 0 {
			continue
		}
		p, fx, fy := int(k.pixel[i]), float64(k.dx[i]), float64(k.dy[i])
		r.a[p] += v * (1 - fx) * (1 - fy)
		r.a[p+1] += v * fx * (1 - fy)
		r.a[p+k.wide] += v * (1 - fx) * fy
		r.a[p+k.wide+1] += v * fx * fy
	}
	k.alongRows(r.a, r.b)
	k.alongColumns(r.b, r.a)
	for i := range out {
		p, fx, fy := int(k.pixel[i]), float64(k.dx[i]), float64(k.dy[i])
		out[i] = (r.a[p]*(1-fx)+r.a[p+1]*fx)*(1-fy) + (r.a[p+k.wide]*(1-fx)+r.a[p+k.wide+1]*fx)*fy
	}
}

func (k *kernel) alongRows(a, b []float64) {
	for y := range k.high {
		from, to := a[y*k.wide:(y+1)*k.wide], b[y*k.wide:(y+1)*k.wide]
		clear(to)
		for x, v := range from {
			if v == 0 {
				continue
			}
			to[x] += v * k.taps[0]
			for d := 1; d < len(k.taps) && d <= x; d++ {
				to[x-d] += v * k.taps[d]
			}
			for d := 1; d < len(k.taps) && x+d < k.wide; d++ {
				to[x+d] += v * k.taps[d]
			}
		}
	}
}

func (k *kernel) alongColumns(a, b []float64) {
	clear(b)
	for y := range k.high {
		to := b[y*k.wide : (y+1)*k.wide]
		for z := max(0, y-len(k.taps)+1); z < min(k.high, y+len(k.taps)); z++ {
			t := k.taps[max(y-z, z-y)]
			for x, v := range a[z*k.wide : (z+1)*k.wide] {
				to[x] += v * t
			}
		}
	}
}

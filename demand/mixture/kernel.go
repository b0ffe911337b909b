package mixture

import "math"

// A kernel works on a raster with two pixels to a standard deviation. Calls are put on it and taken off
// it by quadratic B-splines, each of which widens the kernel by a quarter of a squared pixel; that is
// taken from the kernel on the raster. The Gaussian on the raster ends after reach pixels, 3.8 standard
// deviations, where it has fallen below a thousandth. What error is left stays below three hundredths
// of the peak, which the tests hold it to.
const (
	pixelsPerSigma = 2
	reach          = 7
	rim            = reach + 1 // empty pixels around the raster: the three of a cell at the edge have their reach
)

// kernel spreads mass over distance by a Gaussian, relative to a base measure q over cells:
//
//	out(c) = q(c) Σᵢ in(i) K(c,i) / Σ_c' K(c',i) q(c')
//
// so that each call keeps a mass of one whatever lies beyond the city's edge or between its cells.
type kernel struct {
	base       []float64
	scale      []float64          // of each cell: 1 / Σ_c' K(c',i) q(c')
	taps       [reach + 1]float64 // from the centre outwards; 1 at the centre once a call is put on and off
	wide, high int                // pixels, rim and all
	pixel      []int32            // of each cell, the first of its three by three pixels
	wx, wy     [][3]float64       // of each cell, what its columns and rows of pixels weigh
}

// kernelPixels returns about how many pixels the raster of a kernel has.
func kernelPixels(x, y []float64, sigma float64) float64 {
	x0, x1, y0, y1 := bounds(x, y)
	p := sigma / pixelsPerSigma
	return ((x1-x0)/p + 2*rim) * ((y1-y0)/p + 2*rim)
}

// newKernel returns the kernel of a bandwidth, in metres, over cells with the given centres and base.
func newKernel(x, y, base []float64, sigma float64) *kernel {
	x0, x1, y0, y1 := bounds(x, y)
	p := sigma / pixelsPerSigma
	k := &kernel{
		base: base, scale: make([]float64, len(x)), pixel: make([]int32, len(x)),
		wx: make([][3]float64, len(x)), wy: make([][3]float64, len(x)),
		wide: int((x1-x0)/p) + 2*rim + 2, high: int((y1-y0)/p) + 2*rim + 2,
	}
	for i := range x {
		fx, fy := (x[i]-x0)/p, (y[i]-y0)/p
		k.pixel[i] = int32((int(fy+0.5)+rim-1)*k.wide + int(fx+0.5) + rim - 1)
		k.wx[i], k.wy[i] = spline(fx-math.Floor(fx+0.5)), spline(fy-math.Floor(fy+0.5))
	}
	const variance = pixelsPerSigma*pixelsPerSigma - 2*0.25 // squared pixels
	for d := range k.taps {
		// The Gaussian of the full width has 1 at its centre, so this one has more.
		k.taps[d] = math.Exp(-float64(d*d)/(2*variance)) * pixelsPerSigma / math.Sqrt(variance)
	}
	k.smooth(base, k.scale, &raster{})
	for i, s := range k.scale {
		k.scale[i] = 1 / s
	}
	return k
}

// spline returns the weights of the quadratic B-spline on the pixels left of, at and right of the nearest
// one, for a point that lies f pixels right of that.
func spline(f float64) [3]float64 {
	return [3]float64{(0.5 - f) * (0.5 - f) / 2, 0.75 - f*f, (0.5 + f) * (0.5 + f) / 2}
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

// fit makes the room as large as a kernel's raster.
func (r *raster) fit(k *kernel) (a, b []float64) {
	n := k.wide * k.high
	if len(r.a) < n {
		r.a, r.b = make([]float64, n), make([]float64, n)
	}
	return r.a[:n], r.b[:n]
}

// spread writes the spread of in to out; the two may be the same.
func (k *kernel) spread(in, out []float64, r *raster) {
	for i, v := range in {
		out[i] = v * k.scale[i]
	}
	k.smooth(out, out, r)
	for i := range out {
		out[i] *= k.base[i]
	}
}

// smooth writes Σᵢ K(c,i) in(i) to out, with K(c,c) about 1; the two may be the same.
func (k *kernel) smooth(in, out []float64, r *raster) {
	a, b := r.fit(k)
	clear(a)
	clear(b)
	for i, v := range in {
		if v == 0 {
			continue
		}
		x, p := k.wx[i], int(k.pixel[i])
		for _, y := range k.wy[i] {
			to := a[p : p+3 : p+3]
			to[0] += v * y * x[0]
			to[1] += v * y * x[1]
			to[2] += v * y * x[2]
			p += k.wide
		}
	}
	k.rows(a, b, k.wide, k.high)
	clear(a)
	k.rows(b, a, k.high, k.wide)
	for i := range out {
		x, p, v := k.wx[i], int(k.pixel[i]), 0.0
		for _, y := range k.wy[i] {
			from := a[p : p+3 : p+3]
			v += y * (x[0]*from[0] + x[1]*from[1] + x[2]*from[2])
			p += k.wide
		}
		out[i] = v
	}
}

// rows applies the taps along rows of a and writes the result to b with rows and columns exchanged.
func (k *kernel) rows(a, b []float64, wide, high int) {
	t := &k.taps
	for y := range high {
		row := a[y*wide : (y+1)*wide]
		to := b[y:]
		for x := reach; x < wide-reach; x++ {
			w := (*[2*reach + 1]float64)(row[x-reach:])
			to[x*high] = t[0]*w[7] + t[1]*(w[6]+w[8]) + t[2]*(w[5]+w[9]) + t[3]*(w[4]+w[10]) +
				t[4]*(w[3]+w[11]) + t[5]*(w[2]+w[12]) + t[6]*(w[1]+w[13]) + t[7]*(w[0]+w[14])
		}
	}
}

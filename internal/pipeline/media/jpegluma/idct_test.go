package jpegluma

import (
	"math"
	"math/rand/v2"
	"testing"
)

// exact returns the samples of a block as the definition of the transform has them (T.81, A.3.3). A smaller block is made of
// the lowest coefficients, each lessened as the mean over the samples that become one would lessen it.
func exact(coefficients *[64]float64, size int) []float64 {
	lessened := func(u int) float64 {
		f := 1.0
		for n := 8; n > size; n /= 2 {
			f *= math.Cos(float64(u) * math.Pi / float64(2*n))
		}
		return f
	}
	out := make([]float64, size*size)
	for i := range out {
		for v := range size {
			for u := range size {
				c := coefficients[8*v+u] / 4 * lessened(u) * lessened(v)
				if u == 0 {
					c /= math.Sqrt2
				}
				if v == 0 {
					c /= math.Sqrt2
				}
				out[i] += c * math.Cos(float64(2*(i%size)+1)*float64(u)*math.Pi/float64(2*size)) *
					math.Cos(float64(2*(i/size)+1)*float64(v)*math.Pi/float64(2*size))
			}
		}
		out[i] = max(0, min(255, out[i]+128))
	}
	return out
}

// Every transform gives the samples of the definition, rounded, whatever coefficients there are.
func TestTransformsEqualTheirDefinition(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{8, 4, 2, 1} {
		for round := range 400 {
			var q quantizer
			for i := range q.step {
				q.step[i] = int32(1 + r.IntN(40))
			}
			q.scaleFor(size, 8)
			var b [64]int32
			var c [64]float64
			last := round % (lastOf[size] + 1)
			for place := 0; place <= last; place++ {
				if r.IntN(3) > 0 && place < last {
					continue
				}
				v := int32(r.IntN(300/(place+1)+2)) * int32(1-2*r.IntN(2))
				b[zigzag[place]] = v * q.scale[place]
				c[zigzag[place]] = float64(v * q.step[place])
			}
			dst := make([]byte, 8*16)
			switch size {
			case 8:
				transform8(&b, last, dst, 16)
			case 4:
				transform4(&b, last, dst, 16)
			case 2:
				transform2(&b, dst, 16)
			case 1:
				transform1(&b, dst)
			}
			for i, want := range exact(&c, size) {
				if got := float64(dst[i/size*16+i%size]); math.Abs(got-want) > 0.6 {
					t.Fatalf("size %d, last coefficient %d: sample %d is %v, want %.2f", size, last, i, got, want)
				}
			}
			if b != [64]int32{} {
				t.Fatalf("size %d, last coefficient %d: the block is left with %v", size, last, b)
			}
		}
	}
}

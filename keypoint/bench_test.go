package keypoint

import "testing"

func BenchmarkFind(b *testing.B) {
	g := scene(1, 256, 192)
	b.ReportAllocs()
	for b.Loop() {
		Find(g, ofFound, true)
	}
}

func BenchmarkSteps(b *testing.B) {
	g := scene(1, 256, 192)
	var f finder
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			f.picture.load(g)
		}
	})
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			f.build()
		}
	})
	b.Run("blobs", func(b *testing.B) {
		for b.Loop() {
			f.found = f.blobs(f.found[:0])
		}
	})
	at := &f.found[len(f.found)/2]
	b.Run("angles", func(b *testing.B) {
		for b.Loop() {
			at.angles()
		}
	})
	var r region
	b.Run("sample", func(b *testing.B) {
		for b.Loop() {
			r.sample(at, 1)
		}
	})
	var s slopes
	b.Run("slopes", func(b *testing.B) {
		for b.Loop() {
			r.slopes(&s)
		}
	})
	b.Run("code", func(b *testing.B) {
		for b.Loop() {
			s.code()
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	known := Find(scene(1, 256, 192), ofKnown, false)
	for _, c := range []struct {
		name  string
		found Set
	}{
		{"copy", Find(moved(scene(1, 256, 192), 256, 192, 10, 0.9), ofFound, true)},
		{"other", Find(scene(2, 256, 192), ofFound, true)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Compare(known, c.found)
			}
		})
	}
}

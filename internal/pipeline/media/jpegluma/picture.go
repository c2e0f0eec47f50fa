package jpegluma

import "image"

// lastOf is the place of the last coefficient that counts for a block of so many samples a side.
var lastOf = map[int]int{8: 63, 4: 24, 2: 4, 1: 0}

// strideWorth is from how many bytes on it pays to make tables of strides.
const strideWorth = 64 << 10

// scan reads the picture. size is how many samples each side of a block of it has.
func (d *decoder) scan(data []byte, size int, proceed func() error) (*image.Gray, error) {
	luma := &d.components[0]
	luma.quantizer.scaleFor(size)
	side := func(pixels, blocks int) (groups, samples int) {
		groups = (pixels + 8*blocks - 1) / (8 * blocks)
		return groups, groups * blocks * size
	}
	across, width := side(d.width, luma.across)
	down, height := side(d.height, luma.down)
	img := image.NewGray(image.Rect(0, 0, width, height))
	p := picture{decoder: d, img: img, size: size, last: lastOf[size]}
	if len(data) > strideWorth {
		for _, c := range d.components {
			c.ac.makeStrides()
		}
	}
	d.reader.start(data)
	left := d.interval
	for y := range down {
		if err := proceed(); err != nil {
			return nil, err
		}
		for x := range across {
			if d.reader.low() {
				d.reader.fill()
			}
			if d.interval > 0 {
				if left == 0 {
					if !d.reader.restart(p.restarts) {
						return nil, ErrOther
					}
					p.restarts, p.prediction, left = (p.restarts+1)%8, 0, d.interval
				}
				left--
			}
			if !p.group(x, y) {
				return nil, ErrOther
			}
		}
	}
	if !d.reader.ended() || len(d.reader.rest) < 2 || d.reader.rest[1] != jpegEOI {
		return nil, ErrOther
	}
	scaled := func(pixels int) int { return (pixels*size + 7) / 8 }
	return img.SubImage(image.Rect(0, 0, scaled(d.width), scaled(d.height))).(*image.Gray), nil
}

// picture is what becomes of a scan.
type picture struct {
	*decoder
	img        *image.Gray
	size       int // samples of the side of a block
	last       int
	prediction int32
	restarts   int
	block      [64]int32
}

// group reads the blocks of the group at x, y, and reports false if one is wrong.
func (p *picture) group(x, y int) bool {
	luma := &p.components[0]
	for row := range luma.down {
		for column := range luma.across {
			last := p.reader.block(&p.block, luma, &p.prediction, p.last)
			if last < 0 {
				return false
			}
			p.transform(last, x*luma.across+column, y*luma.down+row)
		}
	}
	for i := 1; i < len(p.components); i++ {
		if !p.reader.passBlock(&p.components[i]) {
			return false
		}
	}
	return !p.reader.marker || p.reader.left() >= 0
}

// transform writes the samples of the block to its place, which is counted in blocks.
func (p *picture) transform(last, column, row int) {
	dst, stride := p.img.Pix[(row*p.img.Stride+column)*p.size:], p.img.Stride
	switch p.size {
	case 8:
		transform8(&p.block, last, dst, stride)
	case 4:
		transform4(&p.block, last, dst, stride)
	case 2:
		transform2(&p.block, dst, stride)
	default:
		transform1(&p.block, dst)
	}
}

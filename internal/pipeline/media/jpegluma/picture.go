package jpegluma

import "image"

// lastOf is the place of the last coefficient that counts for a block of so many samples a side.
var lastOf = map[int]int{8: 63, 4: 24, 2: 4, 1: 0}

// strideWorth is from how many bytes on it pays to make tables of strides.
const strideWorth = 64 << 10

// scan reads the picture. size is how many samples each side of a block of it has. If it ends before the picture does, with ErrOther, it
// returns what there is, and of how many rows of the file.
func (d *decoder) scan(data []byte, size int, proceed func() error) (img *image.Gray, rows int, err error) {
	luma := &d.components[0]
	luma.quantizer.scaleFor(size, d.precision)
	side := func(pixels, blocks int) (groups, samples int) {
		groups = (pixels + 8*blocks - 1) / (8 * blocks)
		return groups, groups * blocks * size
	}
	across, width := side(d.width, luma.across)
	down, height := side(d.height, luma.down)
	scaled := func(pixels int) int { return (pixels*size + 7) / 8 }
	p := picture{decoder: d, img: image.NewGray(image.Rect(0, 0, width, height)), size: size, last: lastOf[size]}
	img = p.img.SubImage(image.Rect(0, 0, scaled(d.width), scaled(d.height))).(*image.Gray)
	if len(data) > strideWorth {
		for _, c := range d.components {
			c.ac.makeStrides()
		}
	}
	d.reader.start(data)
	d.reader.mostEnergy = mostEnergy << (2 * (d.precision - 8))
	p.left = d.interval
	for y := range down {
		if err := proceed(); err != nil {
			return nil, 0, err
		}
		if !p.row(y, across) {
			p.blank(y * luma.down * size)
			return img, y * luma.down * 8, ErrOther
		}
	}
	if !d.reader.ended() || len(d.reader.rest) < 2 || d.reader.rest[1] != jpegEOI {
		return img, d.height, ErrOther
	}
	return img, d.height, nil
}

// row reads a row of groups, and reports false if one is wrong.
func (p *picture) row(y, across int) bool {
	for x := range across {
		if p.reader.low() {
			p.reader.fill()
		}
		if p.interval > 0 {
			if p.left == 0 {
				if !p.reader.restart(p.restarts) {
					return false
				}
				p.restarts, p.prediction, p.left = (p.restarts+1)%8, 0, p.interval
			}
			p.left--
		}
		if !p.group(x, y) {
			return false
		}
	}
	return true
}

// blank gives all samples from a row on the middling brightness.
func (p *picture) blank(row int) {
	rest := p.img.Pix[row*p.img.Stride:]
	for i := range rest {
		rest[i] = 128
	}
}

// picture is what becomes of a scan.
type picture struct {
	*decoder
	img        *image.Gray
	size       int // samples of the side of a block
	last       int
	prediction int32
	restarts   int
	left       int // groups up to the next restart
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

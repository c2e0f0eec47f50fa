package art

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"

	xdraw "golang.org/x/image/draw"
)

// Edit is something that uploaders do to a picture before they post it again.
type Edit struct {
	Name string // a short name: lower case, digits and hyphens
	Says string // what was done, for people: "saved again as JPEG at quality 40"

	change func(*image.RGBA) image.Image
	encode encoding
}

type encoding struct {
	mediaType string
	write     func(*bytes.Buffer, image.Image) error
}

const captionText = "SEEN ON THE MARSH TODAY"

// usualQuality is that of cameras and of most sites.
const usualQuality = 90

// Encode returns the picture in the form in which it is posted unedited, a JPEG, and its media type.
func Encode(img *image.RGBA) (body []byte, mediaType string, err error) {
	return asJPEG(usualQuality).apply(img)
}

// Edits returns the edits, mild ones that leave a picture what it is.
func Edits() []Edit {
	return []Edit{
		{"jpeg-40", "saved again as JPEG at quality 40", unchanged, asJPEG(40)},
		{"resize-60", "resized to 60 percent", resize, asPNG},
		{"brighter", "made slightly brighter", brighten, asJPEG(usualQuality)},
		{"crop-2", "cropped by 2 percent of its area", crop, asJPEG(usualQuality)},
		{"caption", "a caption bar laid over its foot", caption, asJPEG(usualQuality)},
		{"greyscale", "turned to grey", greyscale, asPNG},
	}
}

// Apply returns the edited picture, encoded, and its media type. The picture itself is not changed.
func (e Edit) Apply(img *image.RGBA) (body []byte, mediaType string, err error) {
	body, mediaType, err = e.encode.apply(e.change(img))
	if err != nil {
		return nil, "", fmt.Errorf("edit %s: %w", e.Name, err)
	}
	return body, mediaType, nil
}

func (e encoding) apply(img image.Image) ([]byte, string, error) {
	var buffer bytes.Buffer
	if err := e.write(&buffer, img); err != nil {
		return nil, "", fmt.Errorf("encode as %s: %w", e.mediaType, err)
	}
	return buffer.Bytes(), e.mediaType, nil
}

func asJPEG(quality int) encoding {
	return encoding{"image/jpeg", func(buffer *bytes.Buffer, img image.Image) error {
		return jpeg.Encode(buffer, img, &jpeg.Options{Quality: quality})
	}}
}

var asPNG = encoding{"image/png", func(buffer *bytes.Buffer, img image.Image) error {
	return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(buffer, img)
}}

func unchanged(img *image.RGBA) image.Image { return img }

func resize(img *image.RGBA) image.Image {
	size := img.Bounds().Size()
	small := image.NewRGBA(image.Rect(0, 0, size.X*6/10, size.Y*6/10))
	xdraw.BiLinear.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	return small
}

func brighten(img *image.RGBA) image.Image {
	bright := copyOf(img)
	for i, v := range bright.Pix {
		bright.Pix[i] = uint8(min(255, int(v)*106/100+6))
	}
	return bright
}

// crop cuts half a percent off each side, so about a percent of the width and of the height, two of the area.
func crop(img *image.RGBA) image.Image {
	bounds := img.Bounds()
	dx, dy := max(bounds.Dx()/200, 1), max(bounds.Dy()/200, 1)
	return img.SubImage(image.Rect(bounds.Min.X+dx, bounds.Min.Y+dy, bounds.Max.X-dx, bounds.Max.Y-dy))
}

func caption(img *image.RGBA) image.Image {
	captioned := copyOf(img)
	size := img.Bounds().Size()
	scale := float64(size.X) / 100
	c := &canvas{img: captioned, h: float64(size.Y) / scale, scale: scale}
	bar := c.h * 0.04
	c.fill(rect(0, c.h-bar, 100, c.h), flat(hex(0xF1EFEA)).faded(0.9))
	c.centred(captionText, 50, c.h-bar*0.72, lettering{bar * 0.44, 0.17}, flat(hex(0x2A3038)))
	return captioned
}

func greyscale(img *image.RGBA) image.Image {
	coloured := copyOf(img)
	grey := image.NewGray(coloured.Bounds())
	for i := range grey.Pix {
		r, g, b := int(coloured.Pix[4*i]), int(coloured.Pix[4*i+1]), int(coloured.Pix[4*i+2])
		grey.Pix[i] = uint8((299*r + 587*g + 114*b + 500) / 1000)
	}
	return grey
}

// copyOf also moves the picture to the origin and closes up its rows.
func copyOf(img *image.RGBA) *image.RGBA {
	own := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(own, own.Bounds(), img, img.Bounds().Min, draw.Src)
	return own
}

package keypoint

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Point is a point of a picture that can be found again in its copies, with the code of the region around it. Lengths are shares of
// the longer side of the picture.
type Point struct {
	X, Y  uint16 // position, in 65535ths
	Size  uint8  // of the blob: the longer side is 2^(Size/16) times as long
	Angle uint8  // in which the region points, in 256ths of a circle, clockwise from the right
	Code  Code
}

// Set is the points of a picture, those first that are most likely to be found again.
type Set []Point

const (
	// MostPoints is the most points of a set.
	MostPoints = 128

	version     = 1
	pointBytes  = 2 + 2 + 1 + 1 + 32
	headerBytes = 2
)

// MarshalBinary returns the set as bytes: a version, 1; the number of points; and of each point X, Y, Size, Angle and the four words of
// the code, big-endian. Points beyond MostPoints are left out. It never fails.
func (s Set) MarshalBinary() ([]byte, error) {
	s = s[:min(len(s), MostPoints)]
	out := make([]byte, 0, headerBytes+pointBytes*len(s))
	out = append(out, version, byte(len(s)))
	for _, p := range s {
		out = binary.BigEndian.AppendUint16(out, p.X)
		out = binary.BigEndian.AppendUint16(out, p.Y)
		out = append(out, p.Size, p.Angle)
		for _, w := range p.Code {
			out = binary.BigEndian.AppendUint64(out, w)
		}
	}
	return out, nil
}

// UnmarshalBinary reads what MarshalBinary returns.
func (s *Set) UnmarshalBinary(data []byte) error {
	switch {
	case len(data) < headerBytes:
		return fmt.Errorf("points of a picture: %d bytes, want at least %d", len(data), headerBytes)
	case data[0] != version:
		return fmt.Errorf("points of a picture: version %d, want %d", data[0], version)
	case int(data[1]) > MostPoints:
		return fmt.Errorf("points of a picture: %d points, want at most %d", data[1], MostPoints)
	case len(data) != headerBytes+pointBytes*int(data[1]):
		return fmt.Errorf("points of a picture: %d bytes, want %d for %d points", len(data), headerBytes+pointBytes*int(data[1]), data[1])
	}
	*s = make(Set, data[1])
	data = data[headerBytes:]
	for i := range *s {
		p := &(*s)[i]
		p.X, p.Y = binary.BigEndian.Uint16(data), binary.BigEndian.Uint16(data[2:])
		p.Size, p.Angle = data[4], data[5]
		for w := range p.Code {
			p.Code[w] = binary.BigEndian.Uint64(data[6+8*w:])
		}
		data = data[pointBytes:]
	}
	return nil
}

// String returns the bytes of the set in base64, with the letters that are safe in URLs and without padding: the form in which lists are
// exchanged.
func (s Set) String() string {
	data, _ := s.MarshalBinary()
	return base64.RawURLEncoding.EncodeToString(data)
}

// Parse reads what String returns, and nothing else: no white space, no padding.
func Parse(text string) (Set, error) {
	const most = (headerBytes + pointBytes*MostPoints) * 4 / 3
	switch {
	case len(text) > most+1:
		return nil, fmt.Errorf("points of a picture: %d letters, want at most %d for %d points", len(text), most+1, MostPoints)
	case strings.ContainsAny(text, "\r\n"): // which the decoder would pass over
		return nil, errors.New("points of a picture: a line end, want base64 in one line")
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("points of a picture: %w; want base64 with the letters that are safe in URLs, without padding", err)
	}
	var s Set
	if err := s.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	return s, nil
}

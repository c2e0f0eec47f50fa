package signal

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/quell-project/quell/internal/domain"
)

// types are the signal types of this build, in the order in which people see them.
var types = []Type{
	pdqType{},
	keypointsType{},
	sha256Type,
	md5Type,
}

// Type is one way of recognising known content.
type Type interface {
	// Name is what the type is called in lists, requests and answers.
	Name() domain.SignalType
	// Description says in one line what the type recognises.
	Description() string
	// Limits says up to which distance two signals of the type can match.
	Limits() Limits
	// Parse returns the canonical form of a value: the one that is stored, indexed and compared. Space around the value is accepted, and upper
	// case where the form does without it. The error says what is wrong and what is wanted.
	Parse(value string) (canonical string, err error)
	// Distance returns how far two values are apart, 0 for the same. They match if that is not above the limit. The error names a value
	// that is none of the type.
	Distance(a, b string) (int, error)
}

// BytesType is a type that is made from the bytes of a file.
type BytesType interface {
	Type
	// FingerprintBytes returns the fingerprint of a whole file.
	FingerprintBytes(data []byte) domain.Fingerprint
}

// PictureType is a type that is made from a decoded picture.
type PictureType interface {
	Type
	// FingerprintPicture returns the fingerprints of a picture: as it is stored and, where its EXIF orientation (1 to 8; anything else
	// counts as 1) says that it is to be shown turned or mirrored, also as it is shown, with View set to Upright. A picture with transparent
	// pixels is taken as it looks on white, and also with its transparency ignored, with View set to WithoutAlpha. With them it returns the
	// further views of the picture that are asked for, which may be of other types.
	FingerprintPicture(img image.Image, orientation int, more Views) (prints, views []domain.Fingerprint, err error)
}

// Views says in which further ways a picture is looked at. The zero value is none.
type Views struct {
	Within int  // pictures within the picture; with any, it is also looked at turned and mirrored, whole and within
	Points int  // points that can be found again in copies
	Known  bool // the picture is to stand in a bank, as one that copies will be compared with
}

// Upright is the view of a picture as its EXIF orientation has it shown.
const Upright = "upright"

// WithoutAlpha is the view of a picture with its transparency ignored: what other systems list, and what may be hidden behind it.
const WithoutAlpha = "without transparency"

// Limits bound the distance up to which signals of a type match.
type Limits struct {
	Default int // where a bank sets none
	Max     int // the largest that a bank may set
}

// Exact reports whether nothing but the very same value matches.
func (l Limits) Exact() bool { return l.Max == 0 }

// All returns every type of this build.
func All() []Type { return slices.Clone(types) }

// Lookup returns the type of a name. The error lists the names there are.
func Lookup(name domain.SignalType) (Type, error) {
	known := make([]string, len(types))
	for i, t := range types {
		if t.Name() == name {
			return t, nil
		}
		known[i] = string(t.Name())
	}
	return nil, fmt.Errorf("signal type %q is not known: use one of %s", domain.Clip(string(name), mostTold), strings.Join(known, ", "))
}

// parseHex returns the canonical form of a value that is a fixed number of bytes in hexadecimal digits.
func parseHex(name domain.SignalType, value string, size int) (string, error) {
	value = strings.TrimSpace(value)
	if n := utf8.RuneCountInString(value); n != 2*size {
		return "", fmt.Errorf("%s %q: %d characters, want %d hexadecimal digits", name, domain.Clip(value, mostTold), n, 2*size)
	}
	if i := strings.IndexFunc(value, notHex); i >= 0 {
		r, _ := utf8.DecodeRuneInString(value[i:])
		return "", fmt.Errorf("%s %q: %q is not a hexadecimal digit", name, domain.Clip(value, mostTold), r)
	}
	return strings.ToLower(value), nil
}

func notHex(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F')
}

// mostTold is how many bytes of a text from outside a message repeats.
const mostTold = 100

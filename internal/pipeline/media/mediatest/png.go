package mediatest

import (
	"encoding/binary"
	"hash/crc32"
	"image"
)

// PNGSignature begins a PNG file.
const PNGSignature = "\x89PNG\r\n\x1a\n"

// PNGChunk is a chunk of a PNG file.
func PNGChunk(kind string, body ...byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// PNGBodies returns the bodies of the chunks of a kind.
func PNGBodies(file []byte, kind string) (bodies [][]byte) {
	for file = file[len(PNGSignature):]; len(file) > 0; {
		n := binary.BigEndian.Uint32(file)
		if string(file[4:8]) == kind {
			bodies = append(bodies, file[8:8+n])
		}
		file = file[12+n:]
	}
	return bodies
}

// Translucent makes the encoder of PNG store the alpha of a picture even where all of it is opaque, so that the frames of an animation are stored
// alike.
type Translucent struct{ image.Image }

// Opaque says that it is not.
func (Translucent) Opaque() bool { return false }

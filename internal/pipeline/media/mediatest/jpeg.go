package mediatest

import "bytes"

// JPEGSegment is a segment of a JPEG file.
func JPEGSegment(marker byte, body ...byte) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// FlatJPEG returns a JPEG file whose samples are all of middling brightness: every block takes two zero bits, one where progressive. scans is the
// number of scans, data the bytes of each; the file may well be too short for its size.
func FlatJPEG(width, height, components int, progressive bool, scans, data int) []byte {
	frame, spectrum := byte(0xc0), []byte{0, 63, 0}
	if progressive {
		frame, spectrum = 0xc2, []byte{0, 0, 0}
	}
	header := []byte{8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), byte(components)}
	scan := []byte{byte(components)}
	for i := range components {
		header = append(header, byte(i+1), 0x11, 0)
		scan = append(scan, byte(i+1), 0)
	}
	scan = append(scan, spectrum...)
	out := []byte{0xff, 0xd8}
	if components == 4 {
		out = append(out, JPEGSegment(0xee, append([]byte("Adobe"), 0, 100, 0, 0, 0, 0, 0)...)...)
	}
	out = append(out, JPEGSegment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)...)
	out = append(out, JPEGSegment(frame, header...)...)
	for _, class := range []byte{0, 0x10} { // Huffman tables of one code, the bit 0, for the symbol 0
		out = append(out, JPEGSegment(0xc4, append([]byte{class, 1}, make([]byte, 16)...)...)...)
	}
	for range scans {
		out = append(append(out, JPEGSegment(0xda, scan...)...), make([]byte, data)...)
	}
	return append(out, 0xff, 0xd9)
}

package corpustest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
)

func containers() []Format {
	files := func(r *rand.Rand) []File {
		return []File{{"one.png", PNG(drawing(r, 24, 24))}, {"folder/two.jpg", jpegOf(drawing(r, 32, 24), 60)}, {"read me.txt", []byte("Herons nest in March.\n")}}
	}
	return []Format{
		{"zip", func(r *rand.Rand) []byte { return Zip(files(r)...) }},
		{"stored zip", func(r *rand.Rand) []byte { return StoredZip(files(r)...) }},
		{"zip in zip", func(r *rand.Rand) []byte {
			return Zip(File{"inner.zip", Zip(files(r)...)}, File{"x.gif", gifOf(drawing(r, 24, 24))})
		}},
		{"tar", func(r *rand.Rand) []byte { return Tar(files(r)...) }},
		{"tar.gz", func(r *rand.Rand) []byte { return Gzip("files.tar", Tar(files(r)...)) }},
		{"gzip", func(r *rand.Rand) []byte { return Gzip("one.png", PNG(drawing(r, 24, 24))) }},
		{"Zstandard", func(r *rand.Rand) []byte { return Zstd(PNG(drawing(r, 24, 24))) }},
		{"tar.zst", func(r *rand.Rand) []byte { return Zstd(Tar(files(r)...)) }},
		{"bzip2", func(r *rand.Rand) []byte { return Bzip2(PNG(drawing(r, 12, 12))) }},
		{"7z", func(r *rand.Rand) []byte { return SevenZip(SevenZipLZMA2, files(r)...) }},
		{"7z of LZMA", func(r *rand.Rand) []byte { return PlainSevenZip(SevenZipLZMA, files(r)...) }},
		{"stored 7z", func(r *rand.Rand) []byte { return PlainSevenZip(SevenZipStored, files(r)...) }},
		{"zip in 7z", func(r *rand.Rand) []byte { return SevenZip(SevenZipDeflate, File{"inner.zip", Zip(files(r)...)}) }},
		{"SVG", func(r *rand.Rand) []byte { return SVG(PNG(drawing(r, 24, 24)), jpegOf(drawing(r, 24, 24), 60)) }},
		{"svgz", func(r *rand.Rand) []byte { return Gzip("drawing.svg", SVG(PNG(drawing(r, 24, 24)))) }},
		{"SVG in UTF-16", func(r *rand.Rand) []byte { return UTF16(SVG(PNG(drawing(r, 16, 16)))) }},
	}
}

// File is a member of an archive.
type File struct {
	Name string
	Data []byte
}

// Zip is a zip of files that are packed by deflate.
func Zip(files ...File) []byte { return zipOf(zip.Deflate, files) }

// StoredZip is a zip of files as they are.
func StoredZip(files ...File) []byte { return zipOf(zip.Store, files) }

func zipOf(method uint16, files []File) []byte {
	return written(func(b *bytes.Buffer) error {
		z := zip.NewWriter(b)
		for _, f := range files {
			w, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: method})
			if err != nil {
				return err
			}
			if _, err := w.Write(f.Data); err != nil {
				return err
			}
		}
		return z.Close()
	})
}

// Tar is a tar of files.
func Tar(files ...File) []byte {
	headers := make([]tar.Header, len(files))
	for i, f := range files {
		headers[i] = tar.Header{Typeflag: tar.TypeReg, Name: f.Name, Size: int64(len(f.Data)), Mode: 0o644}
	}
	return TarOf(headers, files)
}

// TarOf is a tar of files with headers of their own. A header without a file has none.
func TarOf(headers []tar.Header, files []File) []byte {
	return written(func(b *bytes.Buffer) error {
		t := tar.NewWriter(b)
		for i := range headers {
			if err := t.WriteHeader(&headers[i]); err != nil {
				return err
			}
			if i < len(files) && headers[i].Typeflag == tar.TypeReg {
				if _, err := t.Write(files[i].Data); err != nil {
					return err
				}
			}
		}
		return t.Close()
	})
}

// Gzip packs a file.
func Gzip(name string, data []byte) []byte {
	return packed(data, func(w io.Writer) (io.WriteCloser, error) {
		g := gzip.NewWriter(w)
		g.Name = name
		return g, nil
	})
}

// packed is what a packer makes of data.
func packed(data []byte, packer func(io.Writer) (io.WriteCloser, error)) []byte {
	return written(func(b *bytes.Buffer) error {
		w, err := packer(b)
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
		return w.Close()
	})
}

// Zstd packs a file.
func Zstd(data []byte) []byte {
	e, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return e.EncodeAll(data, nil)
}

// SVG is a drawing in which pictures stand: as references of images, the last one in a style.
func SVG(pictures ...[]byte) []byte {
	var b bytes.Buffer
	b.WriteString("<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n<rect width=\"9\" height=\"9\"/>\n")
	for i, p := range pictures {
		text := base64.StdEncoding.EncodeToString(p)
		if i > 0 && i == len(pictures)-1 {
			fmt.Fprintf(&b, "<style>rect { fill: url(\"data:image/jpeg;base64,%s\") }</style>\n", text)
			continue
		}
		b.WriteString("<g><image xlink:href=\"data:image/png;base64,")
		for ; len(text) > 76; text = text[76:] {
			b.WriteString(text[:76] + "\n")
		}
		b.WriteString(text + "\"/></g>\n")
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// UTF16 is a text in UTF-16 with a mark of its order.
func UTF16(text []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(string(text))) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

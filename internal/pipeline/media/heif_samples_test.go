package media_test

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// boxOf is a box of an ISO base media file.
func boxOf(kind string, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8)), kind...), all...)
}

// u32 returns numbers of four bytes each.
func u32(values ...uint32) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// brands is a file that says of which kinds it is, and nothing else.
func brands(first string, others ...string) []byte {
	body := append([]byte(first), 0, 0, 0, 0)
	for _, b := range others {
		body = append(body, b...)
	}
	return boxOf("ftyp", body)
}

// ispe is the property of an item that has its size.
func ispe(width, height int) []byte { return boxOf("ispe", u32(0, uint32(width), uint32(height))) }

// heifOf returns a HEIF file of one item, of a kind of code such as "av01", with its properties.
func heifOf(brand, kind string, data []byte, properties ...[]byte) []byte {
	places := []byte{byte(len(properties))}
	for i, p := range properties {
		place := byte(i + 1)
		if kind := string(p[4:8]); kind != "ispe" && kind != "pixi" {
			place |= 0x80 // who does not know it must not show the picture
		}
		places = append(places, place)
	}
	head := brands(brand, "mif1", "miaf")
	meta := func(offset int) []byte {
		return boxOf("meta", u32(0),
			boxOf("hdlr", u32(0, 0), []byte("pict"), u32(0, 0, 0), []byte{0}),
			boxOf("pitm", u32(0), []byte{0, 1}),
			boxOf("iloc", u32(0), []byte{0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, u32(uint32(offset), uint32(len(data)))),
			boxOf("iinf", u32(0), []byte{0, 1}, boxOf("infe", u32(2<<24), []byte{0, 1, 0, 0}, []byte(kind), []byte{0})),
			boxOf("iprp", boxOf("ipco", properties...), boxOf("ipma", u32(0, 1), []byte{0, 1}, places)))
	}
	offset := len(head) + len(meta(0)) + 8
	return slices.Concat(head, meta(offset), boxOf("mdat", data))
}

// gridOf returns an AVIF file of a picture that is put together of tiles of one size, side by side.
func gridOf(width, height int, config []byte, tiles ...[]byte) []byte {
	n := byte(len(tiles))
	layout := binary.BigEndian.AppendUint16([]byte{0, 0, 0, n - 1}, uint16(width*len(tiles)))
	items := append([][]byte{binary.BigEndian.AppendUint16(layout, uint16(height))}, tiles...)
	head := brands("avif", "mif1", "miaf")
	meta := func(offset int) []byte {
		places, infos := []byte{0x44, 0, 0, n + 1}, []byte{0, n + 1}
		of, properties := []byte{0, 1, 0, n}, append(u32(0, uint32(n)+1), 0, 1, 1, 1)
		for i, data := range items {
			id, kind := byte(i+1), "av01"
			if i == 0 {
				kind = "grid"
			} else {
				of, properties = append(of, 0, id), append(properties, 0, id, 2, 2, 0x83)
			}
			places = append(append(places, 0, id, 0, 0, 0, 1), u32(uint32(offset), uint32(len(data)))...)
			infos = append(infos, boxOf("infe", u32(2<<24), []byte{0, id, 0, 0}, []byte(kind), []byte{0})...)
			offset += len(data)
		}
		return boxOf("meta", u32(0),
			boxOf("hdlr", u32(0, 0), []byte("pict"), u32(0, 0, 0), []byte{0}),
			boxOf("pitm", u32(0), []byte{0, 1}),
			boxOf("iloc", u32(0), places), boxOf("iinf", u32(0), infos), boxOf("iref", u32(0), boxOf("dimg", of)),
			boxOf("iprp", boxOf("ipco", ispe(width*len(tiles), height), ispe(width, height), config), boxOf("ipma", properties)))
	}
	offset := len(head) + len(meta(0)) + 8
	return slices.Concat(head, meta(offset), boxOf("mdat", items...))
}

// visual is the description of a track of pictures: the box stsd.
func visual(kind string, width, height int, config []byte) []byte {
	sides := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, uint16(width)), uint16(height))
	return boxOf("stsd", u32(0, 1), boxOf(kind, u32(0, 1, 0, 0, 0, 0), sides, u32(0x480000, 0x480000, 0), []byte{0, 1},
		make([]byte, 32), []byte{0, 24, 0xff, 0xff}, config))
}

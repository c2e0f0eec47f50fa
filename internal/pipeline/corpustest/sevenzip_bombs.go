package corpustest

import (
	"bytes"
	"slices"
)

// sevenZipOfFiles has half a million empty files.
func sevenZipOfFiles() []byte {
	files := slices.Repeat([]File{{Name: "x"}}, 500_000)
	return SevenZipFile(nil, slices.Concat([]byte{1}, SevenZipFiles(files...), []byte{0}))
}

// sevenZipClaiming says that a few bytes were packed with all the memory there is, and were so many.
func sevenZipClaiming(size uint64) (body, said []byte) {
	method := SevenZipMethod{ID: SevenZipLZMA.ID, Properties: []byte{0x5d, 0xff, 0xff, 0xff, 0xff}}
	body = packLZMA([]byte("Herons nest in March."))
	return body, slices.Concat([]byte{6, 0, 1, 9}, SevenZipNumber(uint64(len(body))), []byte{0, 7, 11, 1, 0}, SevenZipCoder(method), []byte{12}, SevenZipNumber(size), []byte{0, 0})
}

func sevenZipOfDictionary() []byte {
	body, said := sevenZipClaiming(1 << 40)
	return SevenZipFile(body, slices.Concat([]byte{1, 4}, said, SevenZipFiles(File{"herons", []byte{1}}), []byte{0}))
}

func sevenZipOfDirectory() []byte {
	body, said := sevenZipClaiming(3 << 30)
	return SevenZipFile(body, append([]byte{0x17}, said...))
}

// sevenZipOfFolders says of sixty thousand folders that each has eight coders.
func sevenZipOfFolders() []byte {
	const folders = 60_000
	n := SevenZipNumber(folders)
	one := append([]byte{8}, bytes.Repeat([]byte{1, 0}, 8)...)
	for i := range byte(7) {
		one = append(one, i, i+1)
	}
	return SevenZipFile(nil, slices.Concat([]byte{1, 4, 6, 0}, n, []byte{9}, make([]byte, folders), []byte{0, 7, 11}, n, []byte{0}, bytes.Repeat(one, folders), []byte{12}, make([]byte, 8*folders), []byte{0, 0}, SevenZipFiles(), []byte{0}))
}

func sevenZipInSevenZip() []byte {
	data := []byte("Herons nest in March.")
	for range 50 {
		data = SevenZip(SevenZipLZMA2, File{"x.7z", data})
	}
	return data
}

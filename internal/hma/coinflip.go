package hma

import (
	"crypto/sha512"
	"encoding/binary"
)

// coinflip returns a number from 0 up to but not 1 that a bank's share has to reach for the bank to count. It is the number that
// random.Random(seed).random() gives in CPython 3, to the last bit, so that clients which use seeds see the banks they saw.
//
// CPython makes of a text s the integer whose big-endian bytes are those of s and of its SHA-512, seeds the Mersenne Twister MT19937 with the words
// of that integer, least significant first (init_by_array in Matsumoto and Nishimura's reference), and builds a float of the first two outputs.
func coinflip(seed string) float64 {
	sum := sha512.Sum512([]byte(seed))
	var mt [mtWords]uint32
	initByArray(&mt, words(append([]byte(seed), sum[:]...)))
	return float64(uint64(output(&mt, 0)>>5)<<26|uint64(output(&mt, 1)>>6)) / (1 << 53)
}

// words splits a big-endian integer into words, least significant first, without zeros at the most significant end.
func words(b []byte) []uint32 {
	var all []uint32
	for len(b) > 0 {
		var word [4]byte
		n := min(4, len(b))
		copy(word[4-n:], b[len(b)-n:])
		all = append(all, binary.BigEndian.Uint32(word[:]))
		b = b[:len(b)-n]
	}
	for len(all) > 1 && all[len(all)-1] == 0 {
		all = all[:len(all)-1]
	}
	return all
}

// Sizes of MT19937.
const (
	mtWords  = 624
	mtMiddle = 397
)

// initByArray makes the state of a generator from a key.
func initByArray(mt *[mtWords]uint32, key []uint32) {
	mt[0] = 19650218
	for i := 1; i < mtWords; i++ {
		mt[i] = 1812433253*(mt[i-1]^mt[i-1]>>30) + uint32(i)
	}
	i, j := 1, 0
	for range max(mtWords, len(key)) {
		mt[i] = (mt[i] ^ (mt[i-1]^mt[i-1]>>30)*1664525) + key[j] + uint32(j)
		i, j = nextWord(mt, i), (j+1)%len(key)
	}
	for range mtWords - 1 {
		mt[i] = (mt[i] ^ (mt[i-1]^mt[i-1]>>30)*1566083941) - uint32(i)
		i = nextWord(mt, i)
	}
	mt[0] = 1 << 31
}

// nextWord goes on to the word behind i; the last one is also the one before the first.
func nextWord(mt *[mtWords]uint32, i int) int {
	if i++; i < mtWords {
		return i
	}
	mt[0] = mt[mtWords-1]
	return 1
}

// output is the k-th output of the generator, which for small k needs no other word to have been renewed.
func output(mt *[mtWords]uint32, k int) uint32 {
	y := mt[k]&(1<<31) | mt[k+1]&(1<<31-1)
	x := mt[k+mtMiddle] ^ y>>1 ^ (y&1)*0x9908b0df
	x ^= x >> 11
	x ^= x << 7 & 0x9d2c5680
	x ^= x << 15 & 0xefc60000
	return x ^ x>>18
}

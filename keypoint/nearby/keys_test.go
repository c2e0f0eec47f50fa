package nearby

import (
	"math/rand/v2"
	"testing"

	"github.com/quell-project/quell/keypoint"
)

func anyCode(r *rand.Rand) keypoint.Code {
	return keypoint.Code{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
}

// TestEveryBitIsInOneTable turns one bit over at a time.
func TestEveryBitIsInOneTable(t *testing.T) {
	t.Parallel()
	code := anyCode(rand.New(rand.NewPCG(1, 0)))
	before, seen := keysOf(&code), map[[2]int]bool{}
	for bit := range 256 {
		other := code
		other[bit/64] ^= 1 << (bit % 64)
		after := keysOf(&other)
		for table := range tables {
			for i := range keyBits {
				if (before[table]^after[table])>>i&1 == 1 {
					if seen[[2]int{table, i}] {
						t.Errorf("bit %d of table %d changes again with bit %d of the code", i, table, bit)
					}
					seen[[2]int{table, i}] = true
				}
			}
		}
	}
	if len(seen) != 256 {
		t.Errorf("%d bits of keys change with a bit of the code", len(seen))
	}
}

// TestATableHasOneBitOfEveryByte and no direction much more often than others.
func TestATableHasOneBitOfEveryByte(t *testing.T) {
	t.Parallel()
	for table := range tables {
		bytes, directions := map[int]int{}, map[int]int{}
		for i := range keyBits {
			bytes[order[i]]++
			directions[direction(i, table)]++
		}
		if len(bytes) != keyBits {
			t.Errorf("table %d has bits of %d bytes", table, len(bytes))
		}
		for d, n := range directions {
			if n != keyBits/8 {
				t.Errorf("table %d has %d bits of direction %d", table, n, d)
			}
		}
	}
}

func TestKeysAreMadeOfTheirBits(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 0))
	for range 100 {
		code := anyCode(r)
		for table, key := range keysOf(&code) {
			for i := range keyBits {
				if uint64(key>>i&1) != keyBit(&code, i, table) {
					t.Fatalf("code %x, table %d: key %08x is not as its bit %d", code, table, key, i)
				}
			}
		}
	}
}

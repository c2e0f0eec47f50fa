package hamming

import (
	"slices"
	"testing"
)

// partsOf returns parts of the given sizes, of which so many entries are dead.
func partsOf(sizes [][2]int) []part {
	var parts []part
	for _, size := range sizes {
		p := part{segment: &segment{ids: make([]uint64, size[0])}}
		for i := range size[1] {
			p.dead = p.dead.with(i)
		}
		parts = append(parts, p)
	}
	return parts
}

func TestDueMerges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		parts   [][2]int // entries, dead
		merging []int
		want    []int // live sizes of the chosen parts
	}{
		"nothing":                    {},
		"too few of a class":         {parts: [][2]int{{10, 0}, {10, 0}, {10, 0}, {40, 0}}},
		"enough of a class":          {parts: [][2]int{{10, 0}, {39, 0}, {10, 0}, {40, 0}, {5, 0}}, want: []int{5, 10, 10, 39}},
		"smaller classes first":      {parts: [][2]int{{40, 0}, {40, 0}, {40, 0}, {40, 0}, {9, 0}, {9, 0}, {9, 0}, {9, 0}}, want: []int{9, 9, 9, 9}},
		"the class is being merged":  {parts: [][2]int{{10, 0}, {10, 0}, {10, 0}, {10, 0}, {10, 0}}, merging: []int{0}},
		"another class is":           {parts: [][2]int{{40, 0}, {10, 0}, {10, 0}, {10, 0}, {10, 0}}, merging: []int{0}, want: []int{10, 10, 10, 10}},
		"a quarter is dead":          {parts: [][2]int{{100, 0}, {100, 25}}, want: []int{75}},
		"less is dead":               {parts: [][2]int{{100, 0}, {100, 24}}},
		"all is dead":                {parts: [][2]int{{100, 100}}, want: []int{0}},
		"as many as fit":             {parts: [][2]int{{400, 0}, {300, 0}, {500, 0}, {450, 0}}, want: []int{300, 400}},
		"two that do not fit":        {parts: [][2]int{{600, 0}, {600, 0}, {600, 0}, {600, 0}}},
		"large ones with much waste": {parts: [][2]int{{1000, 0}, {1000, 500}}, want: []int{500}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := New(Options{HeadSize: 10, MaxSegment: 1000})
			parts := partsOf(test.parts)
			for _, i := range test.merging {
				x.merging[parts[i].segment] = true
			}
			var got []int
			for _, p := range x.due(parts) {
				got = append(got, p.live())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("merges %v, want %v", got, test.want)
			}
		})
	}
}

func TestInsertsWaitOnlyForMergesThatRun(t *testing.T) {
	t.Parallel()
	small := slices.Repeat([][2]int{{10, 0}}, maxBacklog)
	large := slices.Repeat([][2]int{{900, 0}}, maxBacklog)
	for name, test := range map[string]struct {
		parts   [][2]int
		merging bool
		want    bool
	}{
		"backlog, merging":       {small, true, true},
		"backlog, nothing to do": {small, false, false},
		"no backlog":             {small[1:], true, false},
		"full segments":          {large, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := New(Options{HeadSize: 10, MaxSegment: 1000})
			parts := partsOf(test.parts)
			if test.merging {
				x.merging[parts[len(parts)-1].segment] = true
			}
			if got := x.crowded(parts); got != test.want {
				t.Errorf("crowded is %v", got)
			}
		})
	}
}

func TestMergesKeepSegmentsFewAndWithinTheirLimit(t *testing.T) {
	t.Parallel()
	const n, maxSegment = 20_000, 6000
	rng := newRand(1)
	x := newTestIndex(t, Options{HeadSize: 100, MaxSegment: maxSegment})
	m := make(model)
	for id := range uint64(n) {
		c := randomCode(rng)
		m[id] = c
		mustInsert(t, x, Entry{id, c})
	}
	x.work.Wait()
	parts := x.view.Load().parts
	for i := range parts {
		if size := len(parts[i].ids); size > maxSegment {
			t.Errorf("a segment of %d codes", size)
		}
	}
	// Three of each class 100, 400, 1600 and at most seven above half the limit.
	if len(parts) > 3*3+7 {
		t.Errorf("%d segments", len(parts))
	}
	mustMatch(t, x, m, queriesAround(rng, []Code{m[0], m[n/2], m[n-1]}, 64))
}

func TestMergesDropWhatIsDead(t *testing.T) {
	t.Parallel()
	rng := newRand(2)
	entries := randomEntries(rng, 5000)
	x := newTestIndex(t, Options{HeadSize: 100})
	mustInsertBatch(t, x, entries)
	for id := range uint64(4000) {
		x.Delete(id)
	}
	x.work.Wait()
	stored := 0
	for _, p := range x.view.Load().parts {
		stored += len(p.ids)
	}
	if stored >= 1000*4/3+1 {
		t.Errorf("%d entries are stored for 1000 that live", stored)
	}
	mustMatch(t, x, modelOf(entries[4000:]), queriesAround(rng, codesOfEntries(entries), 128))
	for id := uint64(4000); id < 5000; id++ {
		x.Delete(id)
	}
	x.work.Wait()
	if parts := x.view.Load().parts; len(parts) != 0 {
		t.Errorf("%d segments of nothing", len(parts))
	}
}

// What is deleted or replaced while a merge runs must stay so after it.
func TestAMergeTakesOverWhatDiedMeanwhile(t *testing.T) {
	t.Parallel()
	rng := newRand(3)
	entries := randomEntries(rng, 3000)
	x := newTestIndex(t, Options{HeadSize: 1000})
	mustInsertBatch(t, x, entries)
	m := modelOf(entries)
	group := slices.Clone(x.view.Load().parts) // as a merge sees it when it starts
	for id := range uint64(500) {
		x.Delete(id)
		delete(m, id)
	}
	for id := uint64(500); id < 700; id++ {
		m[id] = randomCode(rng)
		mustInsert(t, x, Entry{id, m[id]})
	}
	x.merge(group, 0)
	x.work.Wait()
	if parts := x.view.Load().parts; len(parts) != 1 || parts[0].dead.count != 700 {
		t.Errorf("%d segments, %d dead", len(parts), parts[0].dead.count)
	}
	mustMatch(t, x, m, queriesAround(rng, codesOfEntries(entries), 128))
}

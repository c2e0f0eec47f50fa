package store

import (
	"cmp"
	"container/heap"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// Sample says which first decisions are drawn.
type Sample struct {
	From, To domain.Time // to before To
	Size     int         // so many, or all where there are fewer
	Seed     string      // the same seed draws the same
}

// DrawFirst draws first decisions about uploads at random, each as likely as any other, and returns them by their ids with the id of the newest
// decision about the same upload. It reads the id of every decision of the time, and costs as much.
func (q queries) DrawFirst(ctx context.Context, s Sample) (drawn []domain.Recorded, newest map[domain.UploadID]domain.DecisionID, err error) {
	lots := newLots(s.Seed, s.Size)
	err = eachRow(ctx, q.q, `select id from decisions where id >= $1 and id < $2 and round = 1`,
		[]any{domain.FirstID[domain.DecisionID](s.From), domain.FirstID[domain.DecisionID](s.To)}, func(r *sql.Rows) error {
			var id domain.DecisionID
			err := r.Scan(&id)
			lots.draw(id)
			return err
		})
	if err != nil {
		return nil, nil, fmt.Errorf("draw decisions: %w", err)
	}
	for chunk := range slices.Chunk(lots.drawn(), q.dialect.params) {
		list, args := listOf(nil, chunk, q.dialect.params)
		some, err := q.recorded(ctx, `select `+recordedColumns+` from decisions d join uploads u on u.id = d.upload_id where d.id in `+list+` order by d.id`, args...)
		if err != nil {
			return nil, nil, fmt.Errorf("read what was drawn: %w", err)
		}
		drawn = append(drawn, some...)
	}
	newest, err = q.newestDecisions(ctx, drawn)
	return drawn, newest, err
}

// newestDecisions returns the newest decision about each of some uploads.
func (q queries) newestDecisions(ctx context.Context, of []domain.Recorded) (map[domain.UploadID]domain.DecisionID, error) {
	uploads := make([]domain.UploadID, len(of))
	for i, r := range of {
		uploads[i] = r.Upload.ID
	}
	newest := make(map[domain.UploadID]domain.DecisionID, len(of))
	err := eachRowIn(ctx, q, `select upload_id, id from decisions where upload_id in %s order by upload_id, round`, nil, uploads, func(r *sql.Rows) error {
		var upload domain.UploadID
		var id domain.DecisionID
		err := r.Scan(&upload, &id)
		newest[upload] = id
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the newest decisions: %w", err)
	}
	return newest, nil
}

// lots draws some of many ids, each as likely as any other: those whose hash with the seed is smallest. So the same seed draws the same, and
// whatever comes to the others later takes the place of as few as it can.
type lots struct {
	seed string
	size int
	kept lotHeap // the largest first
}

type lot struct {
	hash uint64
	id   domain.DecisionID
}

func newLots(seed string, size int) *lots { return &lots{seed: seed, size: size} }

// draw lets an id take part.
func (l *lots) draw(id domain.DecisionID) {
	sum := sha256.Sum256([]byte(l.seed + "\x00" + string(id)))
	one := lot{binary.BigEndian.Uint64(sum[:]), id}
	switch {
	case len(l.kept) < l.size:
		heap.Push(&l.kept, one)
	case l.size > 0 && compareLots(one, l.kept[0]) < 0:
		l.kept[0] = one
		heap.Fix(&l.kept, 0)
	}
}

// drawn returns the ids that were drawn, in their order.
func (l *lots) drawn() []domain.DecisionID {
	ids := make([]domain.DecisionID, len(l.kept))
	for i, one := range l.kept {
		ids[i] = one.id
	}
	slices.Sort(ids)
	return ids
}

func compareLots(a, b lot) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.id, b.id)) }

// lotHeap implements heap.Interface.
type lotHeap []lot

func (h lotHeap) Len() int           { return len(h) }
func (h lotHeap) Less(i, j int) bool { return compareLots(h[i], h[j]) > 0 }
func (h lotHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *lotHeap) Push(x any)        { *h = append(*h, x.(lot)) }

func (h *lotHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

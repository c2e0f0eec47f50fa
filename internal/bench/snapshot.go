package bench

import (
	"context"
	"fmt"
	"os"
	"time"
)

// Snapshot is what was measured of a snapshot of the index. The file has just been written, so that most of it is still in the memory of
// the system when it is opened.
type Snapshot struct {
	path        string
	Bytes       int64     `json:"snapshot_bytes"`
	Write       float64   `json:"snapshot_write_s"` // until it is synced to the disk
	Open        float64   `json:"snapshot_open_s"`
	FirstAnswer float64   `json:"first_answer_us"`   // of the first question to the opened index
	Verify      float64   `json:"snapshot_verify_s"` // from its opening until every byte was verified, behind the first answers
	Agreement   Agreement `json:"snapshot_check"`    // of the opened index with brute force
}

func (r *indexRun) write(path string) (*Snapshot, error) {
	r.tell("write a snapshot", 0, 1)
	begin := time.Now()
	if err := r.index.WriteSnapshot(path, 0); err != nil {
		return nil, err
	}
	took := time.Since(begin)
	r.tell("write a snapshot", 1, 1)
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("look at the snapshot: %w", err)
	}
	return &Snapshot{path: path, Bytes: info.Size(), Write: rounded(took.Seconds(), 4)}, nil
}

// open opens the snapshot and holds its answers against the same truths as those of the index that wrote it.
func (r *indexRun) open(ctx context.Context, s *Snapshot, radius int) error {
	r.tell("open the snapshot", 0, 1)
	opening := time.Now()
	x, err := r.index.open(s.path)
	if err != nil {
		return err
	}
	defer x.Close()
	s.Open = rounded(time.Since(opening).Seconds(), 5)
	begin := time.Now()
	if _, err := x.Search(nil, r.set.Code(0), radius); err != nil {
		return err
	}
	s.FirstAnswer = rounded(time.Since(begin).Seconds()*1e6, 1)
	if err := x.Verify(); err != nil {
		return err
	}
	s.Verify = rounded(time.Since(opening).Seconds(), 4)
	s.Agreement, err = r.agreement(ctx, x, radius)
	return err
}

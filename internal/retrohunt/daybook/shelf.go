package daybook

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/internal/domain"
)

// Shelf is a folder of parts, of which the newest takes rows. It is safe for concurrent use, but one process at a time may use a folder.
type Shelf struct {
	dir string
	id  [8]byte

	mu     sync.Mutex
	closed []stored // in the order of their numbers
	open   *Columns
	day    Day    // of the open part
	number uint64 // of the open part
	place  Place  // up to here the shelf is complete
	kept   Place  // the same of what is on disk
	rows   int    // fingerprints in closed parts
	unkept int    // uploads of the open part that are not on disk
	onDisk bool   // the open part has a file
}

// stored is a part that does not change any more.
type stored struct {
	number       uint64
	day          Day
	fingerprints int
}

const suffix = ".daybook"

func (s *Shelf) path(day Day, number uint64) string {
	return filepath.Join(s.dir, fmt.Sprintf("%s.%09d%s", day, number, suffix))
}

// OpenShelf opens a folder, and makes it if it is not there. A folder with a part that cannot be used is refused with an ErrPart; Clear empties
// it.
func OpenShelf(dir string) (*Shelf, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for fingerprints: %w", err)
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the folder of fingerprints: %w", err)
	}
	s := &Shelf{dir: dir, open: &Columns{}, number: 1}
	var last *Part
	for _, name := range names { // in the order of days, and in a day of numbers
		if strings.HasSuffix(name.Name(), suffix+".tmp") { // of a write that was cut off
			if err := os.Remove(filepath.Join(dir, name.Name())); err != nil {
				return nil, fmt.Errorf("remove a file that was not finished: %w", err)
			}
		}
		if !strings.HasSuffix(name.Name(), suffix) {
			continue
		}
		p, err := s.load(name.Name())
		if last != nil {
			last.Close()
		}
		if err != nil {
			return nil, err
		}
		last = p
	}
	if last == nil {
		rand.Read(s.id[:]) // never fails
		return s, nil
	}
	defer last.Close()
	return s, s.reopen(last)
}

// load notes a file.
func (s *Shelf) load(name string) (*Part, error) {
	p, err := OpenPart(filepath.Join(s.dir, name))
	if err != nil {
		return nil, err
	}
	if want := filepath.Base(s.path(p.head.day, p.head.number)); name != want {
		p.Close()
		return nil, fmt.Errorf("%s: %w: by what is in it, its name is %s", p.path, ErrPart, want)
	}
	if n := len(s.closed); n > 0 && p.head.number != s.closed[n-1].number+1 {
		p.Close()
		return nil, fmt.Errorf("%s: %w: it follows number %d", p.path, ErrPart, s.closed[n-1].number)
	}
	if len(s.closed) > 0 && p.head.shelf != s.id {
		p.Close()
		return nil, fmt.Errorf("%s: %w: it belongs to another folder than those before it", p.path, ErrPart)
	}
	s.id = p.head.shelf
	n := p.Fingerprints()
	s.closed = append(s.closed, stored{p.head.number, p.head.day, n})
	s.rows += n
	return p, nil
}

// reopen makes the newest part the open one.
func (s *Shelf) reopen(p *Part) error {
	c, err := p.Columns()
	if err != nil {
		return err
	}
	newest := s.closed[len(s.closed)-1]
	s.closed = s.closed[:len(s.closed)-1]
	s.rows -= newest.fingerprints
	s.open, s.day, s.number = c, p.head.day, p.head.number
	s.place, s.onDisk = p.Place(), true
	s.kept = s.place
	return nil
}

// Clear removes all parts of a folder, usable or not.
func Clear(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	for _, name := range names {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// Entry is an upload with its fingerprints, as a shelf takes it.
type Entry struct {
	Day    Day
	Owner  Owner
	Prints []domain.Fingerprint
}

// ID tells the folder from all others, and from itself after it was cleared: numbers of parts mean something in it only.
func (s *Shelf) ID() string { return hex.EncodeToString(s.id[:]) }

// Append adds uploads in the order in which they were decided, and says that the shelf is complete up to a place with them, on some day. They count
// in searches at once and are on disk after the next Keep. A part that is full, or of an earlier day, is closed by this. Fingerprints that cannot
// be read are left out and counted.
func (s *Shelf) Append(entries []Entry, to Place, today Day) (bad int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range entries {
		if e.Day > s.day || s.open.full() {
			if err := s.turn(max(e.Day, s.day)); err != nil {
				return bad, err
			}
		}
		if s.open.Add(e.Owner, e.Prints) != nil {
			bad++
		}
		s.unkept++
	}
	if today > s.day {
		err = s.turn(today)
	}
	s.place = to
	return bad, err
}

// turn closes the open part and opens the next one. A clock that went back makes no part of an earlier day.
func (s *Shelf) turn(day Day) error {
	if err := s.keep(); err != nil {
		return err
	}
	if s.onDisk {
		n := s.open.Fingerprints()
		s.closed = append(s.closed, stored{s.number, s.day, n})
		s.rows += n
		s.number++
	}
	s.open, s.day, s.onDisk = &Columns{}, day, false
	return nil
}

// Keep writes the open part to disk, if anything has changed.
func (s *Shelf) Keep() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keep()
}

func (s *Shelf) keep() error {
	if s.place == s.kept && s.unkept == 0 {
		return nil
	}
	h := header{day: s.day, number: s.number, position: s.place.Position, decision: decisionID(s.place.Decision), shelf: s.id}
	if err := write(s.path(s.day, s.number), h, s.open); err != nil {
		return err
	}
	s.kept, s.unkept, s.onDisk = s.place, 0, true
	return nil
}

// Unkept returns how many uploads are not on disk yet.
func (s *Shelf) Unkept() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unkept
}

// Place says how far the shelf is complete, and how far it is on disk.
func (s *Shelf) Place() (complete, kept Place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.place, s.kept
}

// Fingerprints returns how many rows there are.
func (s *Shelf) Fingerprints() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows + s.open.Fingerprints()
}

// Numbers returns the numbers of the parts from one number on, the open one last, with the fingerprints in each, and how many are in those before.
func (s *Shelf) Numbers(from uint64) (numbers []uint64, fingerprints []int, before int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range append(slices.Clone(s.closed), stored{s.number, s.day, s.open.Fingerprints()}) {
		if p.number < from {
			before += p.fingerprints
			continue
		}
		numbers, fingerprints = append(numbers, p.number), append(fingerprints, p.fingerprints)
	}
	return numbers, fingerprints, before
}

// Search finds the owners of what is wanted in one part. One that is gone holds nothing. last says that it is the open one, which may grow.
func (s *Shelf) Search(number uint64, w *Wanted, b *Buffers, rest func() error) (found []Owner, last bool, err error) {
	s.mu.Lock()
	i := slices.IndexFunc(s.closed, func(p stored) bool { return p.number == number })
	open, is := s.open.seen(), number == s.number
	path := ""
	if i >= 0 {
		path = s.path(s.closed[i].day, number)
	}
	s.mu.Unlock()
	switch {
	case is:
		found, err = open.Search(w, rest)
		return found, true, err
	case path == "":
		return nil, false, nil
	}
	p, err := OpenPart(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, s.missing(number, path)
	}
	if err != nil {
		return nil, false, err
	}
	defer p.Close()
	found, err = p.Search(w, b, rest)
	return found, false, err
}

// missing says why a part has no file: it aged out a moment ago, which is no error, or somebody has deleted it.
func (s *Shelf) missing(number uint64, path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.closed, func(p stored) bool { return p.number == number }) {
		return fmt.Errorf("%s: %w: it is gone", path, ErrPart)
	}
	return nil
}

// Found is what a search has found in some parts that follow each other.
type Found struct {
	Next     uint64 // number of the first part that is not searched
	Compared int    // fingerprints in the parts that are
	Owners   []Owner
}

// atOnce is how many parts are searched between two reports.
const atOnce = 16

// SearchAll searches the parts from a number on, in order, and reports after every few what was found there; the open part is the last and stays the
// next one, because it may grow. It takes as many workers as there are functions for them to call between slices, which may wait. An error of those
// or of report ends the search.
func (s *Shelf) SearchAll(from uint64, w *Wanted, rests []func() error, report func(Found) error) error {
	numbers, fingerprints, _ := s.Numbers(from)
	buffers := make([]Buffers, len(rests))
	for len(numbers) > 0 {
		n := min(atOnce, len(numbers))
		found := make([][]Owner, n)
		next := make(chan int, n)
		for i := range n {
			next <- i
		}
		close(next)
		g := errgroup.Group{}
		for worker, rest := range rests {
			g.Go(func() error {
				for i := range next {
					var err error
					if found[i], _, err = s.Search(numbers[i], w, &buffers[worker], rest); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		step := Found{Next: numbers[n-1] + 1}
		if n == len(numbers) {
			step.Next = numbers[n-1]
		}
		for i := range n {
			step.Compared += fingerprints[i]
			step.Owners = append(step.Owners, found[i]...)
		}
		if err := report(step); err != nil {
			return err
		}
		numbers, fingerprints = numbers[n:], fingerprints[n:]
	}
	return nil
}

// Open returns the day and the number of the part that takes rows.
func (s *Shelf) Open() (Day, uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.day, s.number
}

// Drop deletes the parts of days before one, whole, and returns how many there were.
func (s *Shelf) Drop(before Day) (dropped int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.onDisk && s.day < before {
		if err := s.turn(before); err != nil {
			return 0, err
		}
	}
	for len(s.closed) > 0 && s.closed[0].day < before {
		old := s.closed[0]
		if err := os.Remove(s.path(old.day, old.number)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return dropped, fmt.Errorf("delete fingerprints: %w", err)
		}
		s.closed = s.closed[1:]
		s.rows -= old.fingerprints
		dropped++
	}
	return dropped, nil
}

// Days returns the days of which there are parts.
func (s *Shelf) Days() []Day {
	s.mu.Lock()
	defer s.mu.Unlock()
	var days []Day
	for _, p := range s.closed {
		days = append(days, p.day)
	}
	if len(s.open.Owners) > 0 {
		days = append(days, s.day)
	}
	return slices.Compact(days)
}

// Forget writes the parts that hold rows of some owners anew without them, and returns how many owners went.
func (s *Shelf) Forget(goes func(Day, Owner) bool) (gone int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.closed {
		n, err := s.forgetIn(&s.closed[i], goes)
		gone += n
		if err != nil {
			return gone, err
		}
	}
	kept, n := s.open.without(func(o Owner) bool { return goes(s.day, o) })
	if n == 0 {
		return gone, nil
	}
	s.open = kept
	s.unkept = max(s.unkept, 1)
	return gone + n, s.keep()
}

func (s *Shelf) forgetIn(at *stored, goes func(Day, Owner) bool) (int, error) {
	p, err := OpenPart(s.path(at.day, at.number))
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: %w", ErrPart, err)
	}
	if err != nil {
		return 0, err
	}
	defer p.Close()
	c, err := p.Columns()
	if err != nil {
		return 0, err
	}
	kept, n := c.without(func(o Owner) bool { return goes(at.day, o) })
	if n == 0 {
		return 0, nil
	}
	if err := write(p.path, p.head, kept); err != nil {
		return 0, err
	}
	s.rows += kept.Fingerprints() - at.fingerprints
	at.fingerprints = kept.Fingerprints()
	return n, nil
}

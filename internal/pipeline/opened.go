package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/archive"
)

// file is a part of an upload, or a member of an archive in one.
type file struct {
	name   string             // of a member: that of the archive, a slash, and its own, made different from all others
	inside string             // name of the archive; empty: it was uploaded itself
	data   []byte             // valid while it is looked at
	err    *archive.Error     // why there is no data
	holds  *archive.Container // what it is; nil: no container
	behind *archive.Container // what stands behind it, if it is none itself; nil: nothing
}

// container is what is to be opened.
func (f file) container() *archive.Container { return cmp.Or(f.holds, f.behind) }

// opened is a part that is gone through with all that lies in it, always in the same order and under the same names.
type opened struct {
	depth  int // that is still to be opened
	budget *archive.Budget

	look  func(context.Context, file) error                  // at a file; before what lies in it
	leave func(context.Context, file, archive.Outcome) error // a container; after what lies in it; nil: nothing is to be done

	names map[string]bool
	above [][sha256.Size]byte // the containers that are open
}

// visit goes through a file. An error is one of look or leave.
func (o *opened) visit(ctx context.Context, f file) error {
	if f.err == nil {
		if f.holds = archive.Open(f.data); f.holds == nil {
			f.behind = archive.Behind(f.data)
		}
	}
	if err := o.look(ctx, f); err != nil || f.container() == nil {
		return err
	}
	outcome, err := o.open(ctx, f)
	if err != nil || o.leave == nil {
		return err
	}
	return o.leave(ctx, f, outcome)
}

// open goes through what lies in a file.
func (o *opened) open(ctx context.Context, f file) (archive.Outcome, error) {
	sum := sha256.Sum256(f.data)
	switch {
	case len(o.above) >= o.depth:
		return archive.Outcome{Status: domain.Partial, Reason: fmt.Sprintf("It lies too deep: archives are opened %d deep, and this one was compared by its digests alone.", o.depth)}, nil
	case slices.Contains(o.above, sum):
		return archive.Outcome{Status: domain.Unsupported, Reason: "It holds itself, over and over."}, nil
	}
	o.above = append(o.above, sum)
	defer func() { o.above = o.above[:len(o.above)-1] }()
	return f.container().Walk(ctx, o.budget, func(m archive.Member) error {
		return o.visit(ctx, file{name: o.nameOf(f.name, m.Name), inside: f.name, data: m.Data, err: m.Err})
	})
}

// nameOf makes a name that no other file has.
func (o *opened) nameOf(inside, member string) string {
	base := inside + "/" + member
	name := base
	for n := 2; o.names[name]; n++ {
		name = fmt.Sprintf("%s~%d", base, n)
	}
	o.names[name] = true
	return name
}

// errEnough ends a look at a part: all that was wanted has been seen.
var errEnough = errors.New("all that was wanted was seen")

package hma

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// signalType is a signal type under the name and in the spelling that it has here.
type signalType struct {
	name    string
	kind    domain.SignalType
	content string // name of the content type that it is made of
	form    *regexp.Regexp
	exact   bool
}

// signalTypes are those that HMA has unless it is extended. Every one that /h/hash returns can be looked up: clients look up all they get, and give
// up a picture if one lookup of it fails.
var signalTypes = []signalType{
	{name: "pdq", kind: domain.PDQ, content: "photo", form: regexp.MustCompile(`\A[0-9a-f]{64}\z`)},
	{name: "video_md5", kind: domain.MD5, content: "video", form: regexp.MustCompile(`\A[0-9a-f]{32}\z`), exact: true},
}

// contentTypes are the kinds of content that there are.
var contentTypes = []string{"photo", "video"}

// signalTypeNamed returns the type of a name.
func signalTypeNamed(name string) (signalType, bool) {
	i := slices.IndexFunc(signalTypes, func(t signalType) bool { return t.name == name })
	if i < 0 {
		return signalType{}, false
	}
	return signalTypes[i], true
}

// signalTypeOf returns the type that a signal of Quell has here. Quell has types that HMA does not.
func signalTypeOf(kind domain.SignalType) (signalType, bool) {
	i := slices.IndexFunc(signalTypes, func(t signalType) bool { return t.kind == kind })
	if i < 0 {
		return signalType{}, false
	}
	return signalTypes[i], true
}

// parse returns the canonical form of a value. The error has the words of HMA.
func (t signalType) parse(value string) (string, error) {
	if t.kind == domain.PDQ {
		if !t.form.MatchString(value) {
			return "", errors.New("invalid PDQ hash")
		}
		return value, nil
	}
	canonical := strings.ToLower(strings.TrimSpace(value))
	if !t.form.MatchString(canonical) {
		return "", fmt.Errorf("%s is not a valid MD5 hash", pythonText(domain.Clip(value, mostTold)))
	}
	return canonical, nil
}

// compare returns how far two canonical values are apart, and whether they match where nobody has set another limit.
func (t signalType) compare(a, b string) (distance int, matches bool, err error) {
	known, err := signal.Lookup(t.kind)
	if err != nil {
		return 0, false, err
	}
	distance, err = known.Distance(a, b)
	return distance, distance <= known.Limits().Default, err
}

// distance writes a distance as HMA does: types that know no nearness have none.
func (t signalType) distance(d int) string {
	if t.exact {
		return "-"
	}
	return strconv.Itoa(d)
}

// pythonText quotes a text as Python's repr does.
func pythonText(s string) string {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteRune(quote)
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteRune(quote)
	return b.String()
}

// shares says for which share of lookups each signal type counts. They are asked for often and changed by hand, so that they are kept for a second.
type shares struct {
	source func(context.Context) (map[domain.SignalType]float64, error)
	asking sync.Mutex
	known  atomic.Pointer[knownShares]
}

type knownShares struct {
	of    map[domain.SignalType]float64
	until time.Time
}

const sharesKept = time.Second

// of returns the share of a type.
func (s *shares) of(ctx context.Context, t signalType) (float64, error) {
	known := s.known.Load()
	if known == nil {
		s.asking.Lock()
		defer s.asking.Unlock()
		if known = s.known.Load(); known == nil {
			var err error
			if known, err = s.ask(ctx); err != nil {
				return 0, err
			}
		}
	} else if time.Now().After(known.until) && s.asking.TryLock() { // others go on with what is known
		defer s.asking.Unlock()
		var err error
		if known, err = s.ask(ctx); err != nil {
			return 0, err
		}
	}
	if share, set := known.of[t.kind]; set {
		return share, nil
	}
	return 1, nil
}

func (s *shares) ask(ctx context.Context) (*knownShares, error) {
	of, err := s.source(ctx)
	if err != nil {
		return nil, outageOf(err)
	}
	known := &knownShares{of, time.Now().Add(sharesKept)}
	s.known.Store(known)
	return known, nil
}

// forget has the shares asked for again: one was changed.
func (s *shares) forget() { s.known.Store(nil) }

// usableType returns the signal type of a name that a client wants to look up or compare, with the share of lookups for which it counts.
func (f *face) usableType(ctx context.Context, name string) (signalType, float64, error) {
	t, known := signalTypeNamed(name)
	if !known {
		return t, 0, badRequest("No such SignalType '%s'", domain.Clip(name, mostTold))
	}
	share, err := f.shares.of(ctx, t)
	if err == nil && share <= 0 {
		err = refuse(http.StatusBadRequest, "SignalType '%s' is not enabled", name)
	}
	return t, share, err
}

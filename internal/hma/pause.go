package hma

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// Moments of HMA that are none: from when on a content matches.
const (
	neverMatches  = 0
	alwaysMatches = 1
)

// disabledUntil is a pause in the words of HMA.
func disabledUntil(paused domain.Time) int64 {
	switch paused {
	case 0:
		return alwaysMatches
	case domain.Forever:
		return neverMatches
	}
	return paused.Std().Unix()
}

// pauseOf is the pause that HMA means.
func pauseOf(disabledUntil int64) domain.Time {
	switch disabledUntil {
	case alwaysMatches:
		return 0
	case neverMatches:
		return domain.Forever
	}
	return domain.At(time.Unix(disabledUntil, 0))
}

// farthest is how far in the future a content may be switched on again.
const farthest = 5 * 365 * 24 * time.Hour

// readMoment reads a Unix time as Python's int does: from a number, of which what is behind the point is cut off, a boolean or a text.
func readMoment(raw json.RawMessage) (int64, error) {
	v := decoded(raw)
	var at int64
	var ok bool
	switch v := v.(type) {
	case bool:
		at, ok = map[bool]int64{true: 1}[v], true
	case json.Number:
		at, ok = wholeNumber(v)
	case string:
		digits := strings.TrimSpace(v)
		at, ok = parseWhole(strings.ReplaceAll(digits, "_", ""))
		ok = ok && !strings.HasPrefix(digits, "_") && !strings.HasSuffix(digits, "_") && !strings.Contains(digits, "__")
	}
	switch {
	case !ok:
		return 0, badRequest("Invalid int: %s", pythonValue(v))
	case at < 0:
		return 0, badRequest("disable_until_ts must be a non-negative integer")
	case at > time.Now().Add(farthest).Unix():
		return 0, badRequest("disable_until_ts must be less than 5 years in the future")
	}
	return at, nil
}

func wholeNumber(n json.Number) (int64, bool) {
	if !strings.ContainsAny(n.String(), ".eE") {
		return parseWhole(n.String())
	}
	f, err := n.Float64()
	return int64(max(-1, min(f, math.MaxInt32*1e3))), err == nil // farther than is allowed
}

// parseWhole reads an integer; what is too large for 64 bits becomes the largest.
func parseWhole(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	e, _ := err.(*strconv.NumError)
	return n, err == nil || e.Err == strconv.ErrRange
}

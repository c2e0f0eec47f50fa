package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Secret is text that is never printed: it may hold a password or a key.
type Secret string

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "(set, hidden)"
}

// MarshalText hides the value in every encoding.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the value as it is.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = Secret(b)
	return nil
}

// Duration is a time.Duration that reads "90s", "10m", "24h" or "7d".
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(b []byte) error {
	if days, ok := strings.CutSuffix(string(b), "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n < 36500 {
			*d = Duration(time.Duration(n) * 24 * time.Hour)
			return nil
		}
	}
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a duration; write for example 90s, 10m, 24h or 7d", b)
	}
	*d = Duration(v)
	return nil
}

// String writes the duration as it can be read, without zeros at its end: 24h rather than 24h0m0s.
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText writes the duration as it can be read.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Bytes is an amount of memory or disk; it reads "4096", "64KiB", "64MiB" or "2GiB".
type Bytes int64

// Count is a number of things; it reads "5000", "100k", "100M" or "2G".
type Count int64

type unit struct {
	name string
	size int64
}

var (
	byteUnits  = []unit{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}
	countUnits = []unit{{"G", 1e9}, {"M", 1e6}, {"k", 1e3}}
)

// UnmarshalText reads an amount.
func (v *Bytes) UnmarshalText(b []byte) error {
	n, err := readUnits(string(b), byteUnits, "64MiB")
	*v = Bytes(n)
	return err
}

// String writes the amount as it can be read.
func (v Bytes) String() string { return writeUnits(int64(v), byteUnits) }

// MarshalText writes the amount as it can be read.
func (v Bytes) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads a number.
func (v *Count) UnmarshalText(b []byte) error {
	n, err := readUnits(string(b), countUnits, "100M")
	*v = Count(n)
	return err
}

// String writes the number as it can be read.
func (v Count) String() string { return writeUnits(int64(v), countUnits) }

// MarshalText writes the number as it can be read.
func (v Count) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

func readUnits(s string, units []unit, example string) (int64, error) {
	size := int64(1)
	digits := s
	for _, u := range units {
		if d, ok := strings.CutSuffix(s, u.name); ok {
			digits, size = d, u.size
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	if err != nil || n < 0 || n > (1<<62)/size {
		return 0, fmt.Errorf("%q is not an amount; write for example %s", s, example)
	}
	return n * size, nil
}

func writeUnits(n int64, units []unit) string {
	for _, u := range units {
		if n >= u.size && n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

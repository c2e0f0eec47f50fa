package domain

import "time"

// Time is a moment in microseconds since 1970-01-01 UTC, as the store keeps it. Zero means "no moment".
type Time int64

// Forever is later than every moment that matters, and can still be written as a date.
const Forever Time = 253402300799000000 // 9999-12-31T23:59:59Z

// At converts a time.Time, dropping what is finer than a microsecond.
func At(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.UnixMicro())
}

// Std converts back; the zero Time gives the zero time.Time.
func (t Time) Std() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(t)).UTC()
}

// Add returns the moment d later.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Microseconds()) }

// Sub returns how long after u the moment t is.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Microsecond }

// Truncate returns the last moment up to t that is a whole number of d after the first one: the hour that t lies in, for an hour.
func (t Time) Truncate(d time.Duration) Time { return t - t%Time(d.Microseconds()) }

// String gives RFC 3339 in UTC with microseconds, or "" for no moment.
func (t Time) String() string {
	if t == 0 {
		return ""
	}
	return t.Std().Format("2006-01-02T15:04:05.000000Z")
}

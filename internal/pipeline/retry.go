package pipeline

import (
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// retries are the waits before an upload that could not be checked is looked at again. After the last one it stays held for a person.
var retries = []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// retryAfter returns how long to wait after a number of attempts; attempts beyond the last wait as long as the last.
func retryAfter(attempts int) time.Duration {
	return retries[min(attempts, len(retries)-1)]
}

// RetryAt returns when an upload that was tried a number of times is looked at again, if that try comes to nothing.
func RetryAt(now domain.Time, attempts int) domain.Time { return now.Add(retryAfter(attempts)) }

// nextTry returns when a decided upload is looked at again, or zero: only a part with a URL can be, because bytes are not kept.
func nextTry(u domain.Upload, d domain.Decision, now domain.Time) domain.Time {
	if u.Attempts > len(retries) {
		return 0
	}
	byURL := map[string]bool{}
	for _, p := range u.Parts {
		byURL[p.Name] = p.URL != ""
	}
	for _, c := range d.Checks {
		if c.Status != domain.Complete && c.Temporary && byURL[c.Part] {
			return RetryAt(now, u.Attempts-1)
		}
	}
	return 0
}

package console

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// near is a near copy of a known poster, blocked.
func near() domain.Recorded {
	return domain.Recorded{
		Upload: domain.Upload{
			ContentID: "post-88412", AccountID: "u-2210", Surface: "post", Visibility: "public", CreatedAt: domain.At(now.Add(-3 * time.Minute)),
			Attributes: map[string]any{"language": "en", "followers": 12},
			Parts:      []domain.Part{picture("file-1")},
		},
		Decision: domain.Decision{
			Verdict: domain.Block, Policy: domain.PolicyRef{Rule: "known-near"},
			Reason: "Very near a known item of the bank “grey-heron”: distance 6 of 31 (PDQ).",
			Checks: checks("file-1", "pdq", "sha256", "md5"),
			Matches: []domain.Match{{
				Bank: "grey-heron", BankKind: domain.Known, Entry: domain.EntryID(id(3, 7)), Signal: domain.SignalID(id(4, 9)),
				SignalType: domain.PDQ, Distance: 6, Limit: 31, Part: "file-1", View: "mirrored",
				Sources: []string{"demo", "partner-list"}, Labels: []string{"poster", "official"},
			}},
		},
		Renditions: []string{"file-1"},
	}
}

// exact is the very file that a list names.
func exact() domain.Recorded {
	r := near()
	r.Upload.ContentID, r.Upload.AccountID, r.Upload.Surface = "attachment-5521", "u-917", "attachment"
	r.Decision.Policy.Rule = "known-exact"
	r.Decision.Reason = "An exact copy of a known item of the bank “grey-heron”."
	r.Decision.Matches = []domain.Match{
		{
			Bank: "grey-heron", BankKind: domain.Known, Entry: domain.EntryID(id(3, 7)), Signal: domain.SignalID(id(4, 10)),
			SignalType: domain.SHA256, Part: "file-1", Sources: []string{"demo"}, Labels: []string{"poster"},
		},
		{
			Bank: "grey-heron", BankKind: domain.Known, Entry: domain.EntryID(id(3, 7)), Signal: domain.SignalID(id(4, 9)),
			SignalType: domain.PDQ, Limit: 31, Part: "file-1", Sources: []string{"demo"}, Labels: []string{"poster"},
		},
	}
	return r
}

// undecodable is a picture that no decoder could read, held for a person.
func undecodable() domain.Recorded {
	broken := picture("file-2")
	broken.MediaType, broken.Width, broken.Height, broken.Fingerprints = "image/heic", 0, 0, broken.Fingerprints[1:]
	return domain.Recorded{
		Upload: domain.Upload{ContentID: "album-77", AccountID: "u-31", Surface: "album", Parts: []domain.Part{picture("file-1"), broken}},
		Decision: domain.Decision{
			Verdict: domain.Hold, Policy: domain.PolicyRef{Rule: "not-checked"},
			Reason: "A part of this upload could not be checked, so something known could have been missed.",
			Checks: append(append(checks("file-1", "pdq", "sha256", "md5"), checks("file-2", "sha256", "md5")...),
				domain.Check{Detector: "decode", Part: "file-2", Status: domain.Unsupported, Reason: "no decoder reads image/heic"}),
		},
		Renditions: []string{"file-1"},
	}
}

// unfetched is a link that did not answer in time.
func unfetched() domain.Recorded {
	return domain.Recorded{
		Upload: domain.Upload{
			ContentID: "comment-1", AccountID: "u-5", Surface: "comment",
			Parts: []domain.Part{{Name: "url-1", URL: "https://media.example/a/very/long/path/picture.jpg?width=1200"}},
		},
		Decision: domain.Decision{
			Verdict: domain.Hold, Policy: domain.PolicyRef{Rule: "not-checked"},
			Reason: "A part of this upload could not be checked, so something known could have been missed.",
			Checks: []domain.Check{{
				Detector: "fetch", Part: "url-1", Status: domain.Failed, Reason: "media.example did not answer within 5 s", Temporary: true,
			}},
		},
	}
}

// suppressed is a picture that a known-good item explains.
func suppressed() domain.Recorded {
	r := near()
	r.Upload.ContentID, r.Upload.AccountID, r.Upload.Surface = "avatar-u-48", "u-48", "avatar"
	r.Decision.Verdict, r.Decision.Policy.Rule = domain.Allow, "nothing-known"
	r.Decision.Reason = "The only match is explained by a known-good item that is as near."
	r.Decision.Matches[0].Distance, r.Decision.Matches[0].View = 28, ""
	r.Decision.Matches[0].SuppressedBy = domain.EntryID(id(3, 99))
	r.Decision.Matches = append(r.Decision.Matches, domain.Match{
		Bank: "news-photos", BankKind: domain.Negative, Entry: domain.EntryID(id(3, 99)), Signal: domain.SignalID(id(4, 99)),
		SignalType: domain.PDQ, Distance: 4, Limit: 31, Part: "file-1", Sources: []string{"newsroom"},
	})
	return r
}

// marked is a weak match that is labelled, in an animation.
func marked(v domain.Verdict) domain.Recorded {
	r := near()
	r.Upload.ContentID, r.Upload.AccountID = "story-3119", "u-77"
	r.Upload.Parts[0].MediaType, r.Upload.Parts[0].Frames = "image/gif", 24
	r.Decision.Verdict, r.Decision.Policy.Rule = v, "known-weak"
	r.Decision.Reason = "Near a known item of a bank on trial: distance 27 of 31 (PDQ) in one frame."
	r.Decision.Matches[0].Bank, r.Decision.Matches[0].Distance, r.Decision.Matches[0].Frame = "heron-trial", 27, 11
	return r
}

// clean is an ordinary upload.
func clean(n int) domain.Recorded {
	return domain.Recorded{
		Upload: domain.Upload{
			ContentID: domain.ContentID(fmt.Sprintf("post-%d", 88_000+n)), AccountID: domain.AccountID(fmt.Sprintf("u-%d", 300+n*7%900)),
			Surface: "post", Parts: []domain.Part{picture("file-1")},
		},
		Decision: domain.Decision{
			Verdict: domain.Allow, Policy: domain.PolicyRef{Rule: "nothing-known"}, Reason: "Nothing known was found.",
			Checks: checks("file-1", "pdq", "sha256", "md5"),
		},
	}
}

// hostile is what somebody sends who wants to break the page.
func hostile() domain.Recorded {
	r := near()
	r.Upload.ContentID = `"><script>alert("content")</script><b>` + "\u202Egnp.exe"
	r.Upload.AccountID = "حساب-الاختبار-٤٢"
	r.Upload.Surface = "post\x00\nsecond line"
	r.Upload.Attributes = map[string]any{`<i onmouseover=alert(1)>`: []any{"</dd><script>alert(2)</script>", 1.5, nil}}
	r.Upload.Parts[0].Name = "../../etc/passwd?x=<y>"
	r.Upload.Parts[0].MediaType = "text/html\"><script>alert(3)</script>"
	r.Renditions = []string{"../../etc/passwd?x=<y>"}
	r.Decision.Matches[0].Part = r.Upload.Parts[0].Name
	r.Decision.Matches[0].Labels = []string{"<style>*{display:none}</style>", "עברית"}
	r.Decision.Checks = append(r.Decision.Checks, domain.Check{Detector: "fetch", Part: "x", Status: domain.Failed, Reason: `<a href="javascript:alert(4)">click</a>`})
	return r
}

// long is an upload with identifiers as long as they may be and more matches than a row shows.
func long() domain.Recorded {
	r := marked(domain.Limit)
	name := "thread/2026/11/04/"
	for len(name) < 240 {
		name += "very-long-identifier-without-a-space-"
	}
	r.Upload.ContentID, r.Upload.AccountID = domain.ContentID(name), domain.AccountID(name)
	for i := range 5 {
		m := r.Decision.Matches[0]
		m.Distance, m.Bank = 10+i, fmt.Sprintf("bank-%d.with.a.rather.long.name-of-sixty-four-characters-at-most", i)
		m.Labels = []string{"one label", "another label that is long enough to wrap the line", "third", "fourth", "fifth"}
		r.Decision.Matches = append(r.Decision.Matches, m)
	}
	return r
}

// lively returns the decisions of a day and a half on a busy service, newest first.
func lively() []domain.Recorded {
	recent := []domain.Recorded{
		near(), clean(1), undecodable(), clean(2), suppressed(), exact(), marked(domain.Label), unfetched(), clean(3), marked(domain.Limit), clean(4),
	}
	var rows []domain.Recorded
	const total = 2200
	for i, r := range recent {
		rows = append(rows, at(r, total-i, time.Duration(4+i*i*9)*time.Second))
	}
	rng := rand.New(rand.NewPCG(4, 2))
	ago := 20 * time.Minute
	for n := total - len(recent); n > 0; n-- {
		hour := now.Add(-ago).Hour()
		pause := 30 * time.Second
		if hour < 7 {
			pause = 3 * time.Minute
		}
		ago += time.Duration(rng.ExpFloat64() * float64(pause))
		r := clean(n)
		switch p := rng.Float64(); {
		case p < 0.015 || hour == 20 && p < 0.2:
			r = near()
		case p < 0.022:
			r = unfetched()
		case p < 0.024:
			r = undecodable()
		}
		rows = append(rows, at(r, n, ago))
	}
	return rows
}

package policy

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/quell-project/quell/internal/domain"
)

// kind is a type of what policies see: its fields with their types and what they mean. The compiler, the evaluation and the published schema all
// read it from here.
type kind struct {
	name   string
	doc    string
	fields []field
	byName map[string]*field
	typ    *cel.Type
}

type field struct {
	name string
	typ  *cel.Type
	doc  string
	get  func(of any) ref.Val
}

// variable is a name that conditions may use.
type variable struct {
	name string
	typ  *cel.Type
	doc  string
	get  func(*view) ref.Val
}

// of makes the getter of a field.
func of[T any](get func(*T) ref.Val) func(any) ref.Val {
	return func(v any) ref.Val { return get(v.(*T)) }
}

func text[T any](get func(*T) string) func(any) ref.Val {
	return func(v any) ref.Val { return types.String(get(v.(*T))) }
}

func number[T any](get func(*T) int64) func(any) ref.Val {
	return func(v any) ref.Val { return types.Int(get(v.(*T))) }
}

// told is the getter of a text that is unknown when it is empty.
func told[T any](what string, get func(*T) string) func(any) ref.Val {
	missing := unknown(what)
	return func(v any) ref.Val {
		if s := get(v.(*T)); s != "" {
			return types.String(s)
		}
		return missing
	}
}

// counters are what a tally counts, by the names of conditions and of tests.
var counters = []struct {
	name, doc string
	of        func(*domain.Tally) *domain.Counts
}{
	{"uploads", "Uploads", func(t *domain.Tally) *domain.Counts { return &t.Uploads }},
	{"matches", "Uploads with a match that counts", func(t *domain.Tally) *domain.Counts { return &t.Matches }},
	{"labels", "Decisions to label", func(t *domain.Tally) *domain.Counts { return &t.Labels }},
	{"limits", "Decisions to limit", func(t *domain.Tally) *domain.Counts { return &t.Limits }},
	{"holds", "Decisions to hold", func(t *domain.Tally) *domain.Counts { return &t.Holds }},
	{"blocks", "Decisions to block", func(t *domain.Tally) *domain.Counts { return &t.Blocks }},
	{"reports", "Reports by users", func(t *domain.Tally) *domain.Counts { return &t.Reports }},
}

// tallied are the fields of whatever is counted.
func tallied[T any](of, doc string, get func(*T) *domain.Tally) (fields []field) {
	missing := unknown("the counts of the " + of)
	for _, c := range counters {
		fields = append(fields, field{c.name, countsKind.typ, c.doc + doc, func(v any) ref.Val {
			if t := get(v.(*T)); t != nil {
				return &object{countsKind, c.of(t)}
			}
			return missing
		}})
	}
	return fields
}

var countsKind = newKind("Counts", "How often something happened, up to the moment before this upload.",
	field{"hour", cel.IntType, "In the last hour.", number(func(c *domain.Counts) int64 { return c.Hour })},
	field{"day", cel.IntType, "In the last 24 hours.", number(func(c *domain.Counts) int64 { return c.Day })},
	field{"week", cel.IntType, "In the last seven days.", number(func(c *domain.Counts) int64 { return c.Week })},
)

var eventKind = newKind("Event", "Why policies are asked.",
	field{"cause", cel.StringType, `"upload": it came in; "retry": it was looked at again, since not all of it could be checked; "retro": what became known since matches it; "report": a user reported it.`, text(func(f *Facts) string { return f.Cause })},
	field{"round", cel.IntType, "1 for the first decision about the upload.", number(func(f *Facts) int64 { return int64(f.Round) })},
)

var contentKind = newKind("Content", "What the service said about the upload.",
	field{"surface", cel.StringType, "Where on the service it is; empty: not said.", text(func(v *view) string { return v.facts.Content.Surface })},
	field{"visibility", cel.StringType, "Who can see it, in the words of the service; empty: not said.", text(func(v *view) string { return v.facts.Content.Visibility })},
	field{"language", cel.StringType, "Language tag, as de or pt-BR. Unknown: not said.", told("content.language", func(v *view) string { return v.facts.Content.Language })},
	field{"created_at", cel.TimestampType, "When the user made it. Unknown: not said.", of(func(v *view) ref.Val { return moment("content.created_at", v.facts.Content.CreatedAt) })},
	field{"age", cel.DurationType, "Time since created_at. Unknown: not said.", of(func(v *view) ref.Val { return age("content.age", v.facts.Now, v.facts.Content.CreatedAt) })},
	field{"attributes", cel.MapType(cel.StringType, cel.DynType), `Whatever else the service said, by its own names. What it did not say is unknown; has(content.attributes.name) tells.`, of(func(v *view) ref.Val { return v.attributes() })},
)

var accountKind = newKind("Account", "Who uploaded it. All is unknown where the service named no account.", append([]field{
	{"id", cel.StringType, "The service's own name for it.", told("account.id", func(v *view) string { return string(v.facts.AccountID) })},
	{"created_at", cel.TimestampType, "When it was made. Unknown: not said.", of(func(v *view) ref.Val { return moment("account.created_at", v.account().CreatedAt) })},
	{"age", cel.DurationType, "Time since created_at. Unknown: not said.", of(func(v *view) ref.Val { return age("account.age", v.facts.Now, v.account().CreatedAt) })},
}, tallied("account", " by the account.", func(v *view) *domain.Tally { return v.account().Tally })...)...)

var surfaceKind = newKind("Surface", "Where on the service it is.", append([]field{
	{"name", cel.StringType, "As content.surface.", text(func(v *view) string { return v.facts.Content.Surface })},
}, tallied("surface", " on the surface.", func(v *view) *domain.Tally { return v.facts.Surface })...)...)

var partKind = newKind("Part", "A file, a URL or a set of signals of the upload; what lies in an archive is a part too.",
	field{"name", cel.StringType, `As file-1 or file-1/a.png.`, text(func(p *Part) string { return p.Name })},
	field{"type", cel.StringType, "Media type by its bytes, as image/png; empty: not known.", text(func(p *Part) string { return p.Type })},
	field{"inside", cel.StringType, "Name of the archive it lies in; empty: none.", text(func(p *Part) string { return p.Inside })},
	field{"size", cel.IntType, "In bytes; 0: not known.", number(func(p *Part) int64 { return p.Size })},
	field{"width", cel.IntType, "In pixels; 0: not a picture.", number(func(p *Part) int64 { return int64(p.Width) })},
	field{"height", cel.IntType, "In pixels; 0: not a picture.", number(func(p *Part) int64 { return int64(p.Height) })},
	field{"frames", cel.IntType, "Of an animation; 0: not a picture.", number(func(p *Part) int64 { return int64(p.Frames) })},
	field{"check", cel.StringType, `How far it was checked, by the worst of its checks: "complete", "partial", "failed" or "unsupported".`, text(func(p *Part) string { return p.Check })},
	field{"detector", cel.StringType, "Whose check that is.", text(func(p *Part) string { return p.By })},
	field{"reason", cel.StringType, "Why it is not complete.", text(func(p *Part) string { return p.Reason })},
)

var bankKind = newKind("Bank", "A curated list of known content.", append([]field{
	{"name", cel.StringType, "Its name.", text(func(b *Bank) string { return b.Name })},
	{"kind", cel.StringType, `"known", "known-csam" or "negative" (known to be good).`, text(func(b *Bank) string { return b.Kind })},
}, tallied("bank", " that matched it.", func(b *Bank) *domain.Tally { return b.Tally })...)...)

var signalKind = newKind("Signal", "One hash that stands for known content.", append([]field{
	{"id", cel.StringType, "Its identifier.", text(func(s *Signal) string { return string(s.ID) })},
	{"type", cel.StringType, `"pdq", "keypoints", "sha256" or "md5".`, text(func(s *Signal) string { return s.Type })},
}, tallied("signal", " that matched it.", func(s *Signal) *domain.Tally { return s.Tally })...)...)

var matchKind = newKind("Match", "A known signal that was found in a part.",
	field{"bank", bankKind.typ, "The bank it was found in.", of(func(m *Match) ref.Val { return &object{bankKind, &m.Bank} })},
	field{"signal", signalKind.typ, "The signal that was found.", of(func(m *Match) ref.Val { return &object{signalKind, &m.Signal} })},
	field{"exact", cel.BoolType, "Whether it is the very same file.", of(func(m *Match) ref.Val { return types.Bool(m.exact()) })},
	field{"distance", cel.IntType, "In bits; 0 for the same hash.", number(func(m *Match) int64 { return int64(m.Distance) })},
	field{"limit", cel.IntType, "The largest distance that matches in that bank.", number(func(m *Match) int64 { return int64(m.Limit) })},
	field{"part", cel.StringType, "Name of the part.", text(func(m *Match) string { return m.Part })},
	field{"frame", cel.IntType, "Of an animation, from 0.", number(func(m *Match) int64 { return int64(m.Frame) })},
	field{"view", cel.StringType, "How the picture was turned or cut to match; empty: as it came.", text(func(m *Match) string { return m.View })},
	field{"sources", cel.ListType(cel.StringType), "Who says that the signal is known; size(m.sources) counts them.", of(func(m *Match) ref.Val { return types.NewStringList(types.DefaultTypeAdapter, m.Sources) })},
	field{"labels", cel.ListType(cel.StringType), "Of the entry and the signal.", of(func(m *Match) ref.Val { return types.NewStringList(types.DefaultTypeAdapter, m.Labels) })},
)

var reportKind = newKind("Report", "What a user of the service said about the content.",
	field{"reason", cel.StringType, "In the words of the service.", text(func(r *reportView) string { return r.Reason })},
	field{"age", cel.DurationType, "Time since.", of(func(r *reportView) ref.Val { return age("report.age", r.now, r.At) })},
)

// variables are the names that conditions of content may use, besides those that a policy defines itself.
var variables = []variable{
	{"now", cel.TimestampType, "When policies are asked.", func(v *view) ref.Val { return types.Timestamp{Time: v.facts.Now.Std()} }},
	{"random", cel.DoubleType, "From 0 to below 1, always the same for one content: for trying something on a share of them.", func(v *view) ref.Val { return types.Double(float64(v.facts.Random) / (1 << 32)) }},
	{"event", eventKind.typ, eventKind.doc, func(v *view) ref.Val { return &object{eventKind, v.facts} }},
	{"content", contentKind.typ, contentKind.doc, func(v *view) ref.Val { return &object{contentKind, v} }},
	{"account", accountKind.typ, accountKind.doc, func(v *view) ref.Val { return &object{accountKind, v} }},
	{"surface", surfaceKind.typ, surfaceKind.doc, func(v *view) ref.Val { return &object{surfaceKind, v} }},
	{"media", cel.ListType(partKind.typ), "The parts of the upload.", func(v *view) ref.Val { return v.media() }},
	{"matches", cel.ListType(matchKind.typ), "What was found and counts, the strongest first: not what known-good content outweighs. Where a part could not be checked, it is these and perhaps more.", func(v *view) ref.Val {
		return v.matches(v.counts, true)
	}},
	{"known_good", cel.ListType(matchKind.typ), "Matches with known-good content.", func(v *view) ref.Val {
		return v.matches(func(m *Match) bool { return m.Bank.Kind == string(domain.Negative) }, false)
	}},
	{"outweighed", cel.ListType(matchKind.typ), "Matches that do not count, because known-good content is as near or nearer.", func(v *view) ref.Val { return v.matches(func(m *Match) bool { return m.Outweighed }, false) }},
	{"reports", cel.ListType(reportKind.typ), "What users of the service said about the content, the newest first.", func(v *view) ref.Val { return v.reports() }},
}

// kinds are all types of the environment.
var kinds = []*kind{eventKind, contentKind, accountKind, surfaceKind, countsKind, partKind, matchKind, bankKind, signalKind, reportKind}

func newKind(name, doc string, fields ...field) *kind {
	k := &kind{name: name, doc: doc, fields: fields, byName: map[string]*field{}, typ: cel.ObjectType(name)}
	for i := range fields {
		k.byName[fields[i].name] = &k.fields[i]
	}
	return k
}

// unknown is a value that is not known, with what it is for people.
func unknown(what string) *types.Unknown {
	return types.NewUnknown(0, types.NewAttributeTrail(what))
}

func moment(what string, t domain.Time) ref.Val {
	if t == 0 {
		return unknown(what)
	}
	return types.Timestamp{Time: t.Std()}
}

func age(what string, now, t domain.Time) ref.Val {
	if t == 0 {
		return unknown(what)
	}
	return types.Duration{Duration: time.Duration(now-t) * time.Microsecond}
}

package api

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
)

// The shapes of requests and answers. Their tags are the schema that is served and checked.

type contentRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	ContentID string `json:"content_id" minLength:"1" maxLength:"256" doc:"The service's own name for the item." example:"post-17"`
	AboutContent
}

// lookupRequest is a contentRequest that need not name the content.
type lookupRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	ContentID string `json:"content_id,omitempty" maxLength:"256" doc:"The service's own name for the item: then only banks count that count for it." example:"post-17"`
	AboutContent
}

// AboutContent is what a service says of a content. Its name is a public one because only then its fields are described where it is embedded.
type AboutContent struct {
	AccountID  string         `json:"account_id,omitempty" maxLength:"256" doc:"The service's own name for who put it there." example:"user-4"`
	AccountAt  *time.Time     `json:"account_created_at,omitempty" doc:"When the account was made, by the service's clock: policies may treat young accounts otherwise."`
	Surface    string         `json:"surface,omitempty" maxLength:"64" doc:"Where on the service it is." example:"post"`
	CreatedAt  *time.Time     `json:"created_at,omitempty" doc:"When the user made it, by the service's clock."`
	Visibility string         `json:"visibility,omitempty" maxLength:"64" doc:"Who can see it, in the service's words." example:"public"`
	Language   string         `json:"language,omitempty" maxLength:"35" doc:"In which it is, as a tag of BCP 47." example:"pt-BR"`
	Attributes attributes     `json:"attributes,omitempty" doc:"Anything else that policies may want to know. Keep personal data out." example:"{\"followers\":12}"`
	URL        string         `json:"url,omitempty" maxLength:"4096" doc:"Where Quell fetches the file from, when it is not sent along." example:"https://media.example/17.jpg"`
	Signals    []clientSignal `json:"signals,omitempty" maxItems:"10000" doc:"Signals that the client computed itself, in place of the file."`
}

// attributes are free-form: nothing in them is looked at here.
type attributes map[string]any

// Schema implements huma.SchemaProvider.
func (attributes) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject}
}

// object is a JSON object in its text form.
type object json.RawMessage

// Schema implements huma.SchemaProvider.
func (object) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject}
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) { return json.RawMessage(o).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler; null is no object.
func (o *object) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	return (*json.RawMessage)(o).UnmarshalJSON(b)
}

type clientSignal struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Type    string `json:"type" minLength:"1" maxLength:"32" doc:"Signal type." example:"pdq"`
	Value   string `json:"value" minLength:"1" maxLength:"8192" doc:"The signal in its text form." example:"f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"`
	Quality *int   `json:"quality,omitempty" minimum:"0" maximum:"100" doc:"Quality of a pdq signal; below 50 it is not used." example:"100"`
	View    string `json:"view,omitempty" maxLength:"32" doc:"How the picture was turned, in the client's words; absent: as stored." example:"ROTATE90"`
}

type fingerprintShape struct {
	Type    string `json:"type" example:"pdq"`
	Value   string `json:"value"`
	Quality *int   `json:"quality,omitempty" doc:"Of a pdq fingerprint, 0 to 100; below 50 it is not used."`
	Frame   int    `json:"frame,omitempty" doc:"Frame of an animation, from 0."`
	View    string `json:"view,omitempty" doc:"How the picture was turned; absent: as stored."`
}

type checkShape struct {
	Detector string `json:"detector" doc:"The signal type; members for what lies in an archive; or the step that failed before any could run." example:"pdq"`
	Part     string `json:"part" example:"file-1"`
	Status   string `json:"status" enum:"complete,partial,failed,unsupported"`
	Reason   string `json:"reason,omitempty" doc:"Why it is not complete, or what limits a complete check."`
}

// MatchShape is a match of a decision. Its name is a public one for the same reason as that of AboutContent.
type MatchShape struct {
	Bank         string   `json:"bank" example:"demo-known"`
	BankKind     string   `json:"bank_kind" enum:"known,negative,known-csam"`
	Entry        string   `json:"entry"`
	SignalType   string   `json:"signal_type" example:"pdq"`
	Distance     int      `json:"distance" example:"6"`
	Limit        int      `json:"limit" doc:"Largest distance that still matches in this bank." example:"31"`
	Part         string   `json:"part" example:"file-1"`
	Frame        int      `json:"frame,omitempty" doc:"Frame of an animation, from 0."`
	View         string   `json:"view,omitempty" doc:"How the picture was turned to match; absent: as stored."`
	Sources      []string `json:"sources" doc:"Where the signal comes from." example:"[\"demo\"]"`
	Labels       []string `json:"labels,omitempty"`
	SuppressedBy string   `json:"suppressed_by,omitempty" doc:"The known-good entry that outweighs this match."`
}

type knownShape struct {
	MatchShape
	Value       string    `json:"value" doc:"The known signal itself."`
	EntryNumber int64     `json:"entry_number" doc:"The entry in one number, for programs that want one." example:"17"`
	Note        string    `json:"note,omitempty" doc:"Of the entry."`
	Metadata    object    `json:"metadata,omitempty" doc:"Of the entry."`
	Confidence  float64   `json:"confidence" doc:"How sure the source is, 0 to 1."`
	AddedAt     time.Time `json:"added_at"`
}

type policyShape struct {
	ID      string `json:"id" example:"default"`
	Version int    `json:"version" example:"1"`
	Rule    string `json:"rule" example:"known-near"`
}

type decisionShape struct {
	ContentID  string       `json:"content_id" example:"post-17"`
	DecisionID string       `json:"decision_id"`
	UploadID   string       `json:"upload_id"`
	Verdict    string       `json:"verdict" enum:"allow,label,limit,hold,block" doc:"Weakest first: allow, label, limit, hold, block."`
	Reason     string       `json:"reason" doc:"One sentence for people."`
	By         string       `json:"by,omitempty" doc:"The person or API key whose decision it is; absent: policies decided."`
	Code       string       `json:"code,omitempty" doc:"Public reason: what a user may be told." example:"known_terrorist_content"`
	Queue      string       `json:"queue,omitempty" doc:"In which people look at it." example:"urgent"`
	Priority   int          `json:"priority,omitempty" doc:"In that queue, 0 to 100; larger is sooner."`
	Labels     []string     `json:"labels,omitempty" doc:"What it is to be shown with." example:"[\"violent\"]"`
	Notice     string       `json:"notice,omitempty" doc:"Name of the text that the user gets." example:"removed"`
	Preserve   string       `json:"preserve,omitempty" doc:"How long evidence is kept, as an ISO 8601 period." example:"P180D"`
	Checks     []checkShape `json:"checks"`
	Matches    []MatchShape `json:"matches"`
	Policy     policyShape  `json:"policy" doc:"The rule that decided, or that the person has judged."`
	Rules      []ruleShape  `json:"rules" doc:"All rules that had something to say."`
	Round      int          `json:"round" doc:"1 for the first decision about these bytes; more when something was checked again."`
	Cause      string       `json:"cause" enum:"upload,retry,retro,review,report" doc:"Why it was decided then: it came in, it was tried again, something became known after it was decided, a person has judged it, or users have reported it."`
	DecidedAt  time.Time    `json:"decided_at"`
}

type ruleShape struct {
	Policy  string `json:"policy" example:"default"`
	Version int    `json:"version" example:"1"`
	Rule    string `json:"rule" example:"known-near"`
	Value   string `json:"value" enum:"true,false,unknown,error" doc:"What its condition turned out to be."`
	Verdict string `json:"verdict" enum:"allow,label,limit,hold,block" doc:"That it asked for."`
	Effect  string `json:"effect" enum:"decided,agreed,excused,exempted,guarded,ignored" doc:"What became of it: it decided; asked for as much or less; was overturned by a person or snoozed; an exemption came first; a guard made hold of its verdict; it was not known and is ignored then."`
	Match   int    `json:"match,omitempty" doc:"The match that alone makes it true, counted from 1."`
	Part    string `json:"part,omitempty" doc:"The part that alone makes it true." example:"file-1"`
	Note    string `json:"note,omitempty" doc:"What is not known, what went wrong, or who has excused it."`
}

func shapeDecision(d domain.Decision) decisionShape {
	c := d.Consequence
	return decisionShape{
		ContentID: string(d.ContentID), DecisionID: string(d.ID), UploadID: string(d.UploadID), Verdict: string(d.Verdict), Reason: d.Reason,
		By: d.By, Code: c.Code, Queue: c.Queue, Priority: c.Priority, Labels: c.Labels, Notice: c.Notice, Preserve: c.Preserve, Rules: shapeRules(d.Rules),
		Checks: shapeChecks(d.Checks), Matches: shapeMatches(d.Matches), Policy: policyShape(d.Policy), Round: d.Round, Cause: string(cmp.Or(d.Cause, domain.CauseUpload)), DecidedAt: d.DecidedAt.Std(),
	}
}

func shapeRules(rules []domain.RuleHit) []ruleShape {
	shapes := []ruleShape{}
	for _, r := range rules {
		shapes = append(shapes, ruleShape{r.Policy, r.Version, r.Rule, string(r.Value), string(r.Verdict), string(r.Effect), r.Match, r.Part, r.Note})
	}
	return shapes
}

func shapeChecks(checks []domain.Check) []checkShape {
	shapes := []checkShape{}
	for _, c := range checks {
		shapes = append(shapes, checkShape{c.Detector, c.Part, string(c.Status), c.Reason})
	}
	return shapes
}

func shapeMatches(matches []domain.Match) []MatchShape {
	shapes := []MatchShape{}
	for _, m := range matches {
		shapes = append(shapes, shapeMatch(m))
	}
	return shapes
}

func shapeMatch(m domain.Match) MatchShape {
	return MatchShape{
		Bank: m.Bank, BankKind: string(m.BankKind), Entry: string(m.Entry), SignalType: string(m.SignalType), Distance: m.Distance, Limit: m.Limit,
		Part: m.Part, Frame: m.Frame, View: m.View, Sources: append([]string{}, m.Sources...), Labels: m.Labels, SuppressedBy: string(m.SuppressedBy),
	}
}

func shapeKnown(known []match.Known) []knownShape {
	shapes := []knownShape{}
	for _, k := range known {
		e := k.Evidence
		shapes = append(shapes, knownShape{shapeMatch(k.Match), e.Value, e.EntryNumber, e.Note, object(e.Metadata), e.Provenance.Confidence, e.Provenance.AddedAt.Std()})
	}
	return shapes
}

type partShape struct {
	Name         string             `json:"name" example:"file-1"`
	Inside       string             `json:"inside,omitempty" doc:"Name of the archive it lies in; absent: it was sent itself."`
	URL          string             `json:"url,omitempty"`
	MediaType    string             `json:"media_type,omitempty" doc:"Found by looking at the bytes." example:"image/jpeg"`
	Size         int64              `json:"size,omitempty" doc:"Bytes."`
	SHA256       string             `json:"sha256,omitempty"`
	Width        int                `json:"width,omitempty" doc:"Pixels."`
	Height       int                `json:"height,omitempty" doc:"Pixels."`
	Frames       int                `json:"frames,omitempty"`
	Fingerprints []fingerprintShape `json:"fingerprints,omitempty"`
}

type uploadShape struct {
	UploadID   string          `json:"upload_id"`
	State      string          `json:"state" enum:"pending,decided"`
	ReceivedAt time.Time       `json:"received_at"`
	CheckAgain *time.Time      `json:"check_again_at,omitempty" doc:"When it is checked (again)."`
	Parts      []partShape     `json:"parts"`
	Decisions  []decisionShape `json:"decisions" doc:"Newest first."`
}

type contentShape struct {
	ContentID  string         `json:"content_id"`
	AccountID  string         `json:"account_id,omitempty"`
	AccountAt  *time.Time     `json:"account_created_at,omitempty"`
	Surface    string         `json:"surface,omitempty"`
	Visibility string         `json:"visibility,omitempty"`
	CreatedAt  *time.Time     `json:"created_at,omitempty"`
	Language   string         `json:"language,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
	Verdict    string         `json:"verdict,omitempty" doc:"Of the newest upload; absent while it waits for its decision."`
	Uploads    []uploadShape  `json:"uploads" doc:"Submissions of this content, newest first."`
}

func shapeUpload(u domain.Upload, recorded []domain.Recorded) uploadShape {
	s := uploadShape{UploadID: string(u.ID), State: string(u.State), ReceivedAt: u.ReceivedAt.Std(), CheckAgain: moment(u.DueAt), Parts: shapeParts(u.Parts), Decisions: []decisionShape{}}
	for _, r := range recorded {
		s.Decisions = append(s.Decisions, shapeDecision(r.Decision))
	}
	return s
}

func shapeParts(parts []domain.Part) []partShape {
	shapes := []partShape{}
	for _, p := range parts {
		shapes = append(shapes, partShape{p.Name, p.Inside, p.URL, p.MediaType, p.Size, p.SHA256, p.Width, p.Height, p.Frames, shapePrints(p.Fingerprints)})
	}
	return shapes
}

func shapePrints(prints []domain.Fingerprint) []fingerprintShape {
	var shapes []fingerprintShape
	for _, f := range prints {
		shapes = append(shapes, fingerprintShape{string(f.Type), f.Value, f.Quality, f.Frame, f.View})
	}
	return shapes
}

// moment is nil for no moment.
func moment(t domain.Time) *time.Time {
	if t == 0 {
		return nil
	}
	s := t.Std()
	return &s
}

// given is the moment that a request names, or none.
func given(t *time.Time) domain.Time {
	if t == nil {
		return 0
	}
	return domain.At(*t)
}

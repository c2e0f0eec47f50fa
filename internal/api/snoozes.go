package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// Snoozes keep rules from acting on one subject for a while.
type Snoozes interface {
	// Snoozes returns snoozes older than one, newest first, those that are over too.
	Snoozes(ctx context.Context, before domain.EventID, limit int) ([]domain.Snooze, error)
	// AddSnooze adds a snooze for a policy that is there.
	AddSnooze(ctx context.Context, s domain.Snooze) (domain.Snooze, error)
	// EndSnooze ends a snooze now; of one that is over Faults.Conflict is true.
	EndSnooze(ctx context.Context, id domain.EventID, by string) (domain.Snooze, error)
}

// Alarms are what a person should look at soon.
type Alarms interface {
	// Alarms returns alarms older than one, newest first; open ones only, or all.
	Alarms(ctx context.Context, open bool, before domain.EventID, limit int) ([]domain.Alarm, error)
	AckAlarm(ctx context.Context, id domain.EventID, by string) (domain.Alarm, error)
}

// longestSnooze is how far ahead the end of a snooze may lie: what should never be acted on belongs into the policy.
const longestSnooze = 90 * 24 * time.Hour

type snoozeRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Policy  string    `json:"policy" minLength:"1" maxLength:"63" example:"known-content"`
	Rule    string    `json:"rule,omitempty" maxLength:"63" doc:"Absent: all rules of the policy."`
	Kind    string    `json:"subject_kind" enum:"account,content,surface,bank,signal"`
	Subject string    `json:"subject" minLength:"1" maxLength:"256" example:"user-4"`
	Until   time.Time `json:"until" doc:"At most 90 days ahead."`
	Reason  string    `json:"reason" minLength:"1" maxLength:"1000"`
}

type snoozeShape struct {
	ID      string    `json:"id"`
	Policy  string    `json:"policy"`
	Rule    string    `json:"rule,omitempty" doc:"Absent: all rules of the policy."`
	Kind    string    `json:"subject_kind"`
	Subject string    `json:"subject"`
	Until   time.Time `json:"until"`
	By      string    `json:"by"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
	EndedBy string    `json:"ended_by,omitempty" doc:"Who has ended it before its time."`
}

type snoozeList struct {
	Snoozes []snoozeShape `json:"snoozes" doc:"Newest first, those that are over too."`
	Next    string        `json:"next,omitempty" doc:"Ask again with before set to this; absent at the end."`
}

type alarmShape struct {
	ID      string     `json:"id"`
	At      time.Time  `json:"at"`
	Kind    string     `json:"kind" enum:"quota,flood,edition,schedule" doc:"quota: a policy has decided more than its limits let it; flood: a signal matches far more than its history; edition: a version that is asked cannot be read; schedule: what was planned could not happen."`
	Policy  string     `json:"policy"`
	Version int        `json:"version"`
	Rule    string     `json:"rule,omitempty"`
	Subject string     `json:"subject,omitempty"`
	OfKind  string     `json:"subject_kind,omitempty"`
	Text    string     `json:"text" doc:"One sentence for people."`
	AckedBy string     `json:"acknowledged_by,omitempty"`
	AckedAt *time.Time `json:"acknowledged_at,omitempty"`
}

type alarmList struct {
	Alarms []alarmShape `json:"alarms" doc:"Newest first."`
	Next   string       `json:"next,omitempty" doc:"Ask again with before set to this; absent at the end."`
}

type snoozeQuery struct {
	Before string `query:"before" maxLength:"64" doc:"Only those older than the one with this id: for the next page."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type alarmQuery struct {
	All    bool   `query:"all" doc:"Those that somebody has acknowledged too."`
	Before string `query:"before" maxLength:"64" doc:"Only those older than the one with this id: for the next page."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type snoozePath struct {
	ID string `path:"snooze_id" maxLength:"64"`
}

type alarmPath struct {
	ID string `path:"alarm_id" maxLength:"64"`
}

func (s *server) snoozeRoutes() {
	register(s, huma.Operation{OperationID: "list-snoozes", Method: http.MethodGet, Path: "/api/v1/snoozes", Tags: []string{tagPolicies}, Summary: "The latest snoozes"}, s.listSnoozes)
	receive(s, huma.Operation{
		OperationID: "snooze-rule", Method: http.MethodPost, Path: "/api/v1/snoozes", Tags: []string{tagPolicies}, Summary: "Keep a rule from acting on one subject for a while",
		RequestBody:   jsonBody(schema[snoozeRequest](s), `{"policy":"known-content","rule":"near","subject_kind":"account","subject":"user-4","until":"2026-12-01T00:00:00Z","reason":"a museum that we know"}`),
		DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound},
	}, intake{json: maxJSON}, s.addSnooze)
	register(s, huma.Operation{
		OperationID: "end-snooze", Method: http.MethodPost, Path: "/api/v1/snoozes/{snooze_id}/end", Tags: []string{tagPolicies}, Summary: "End a snooze now", Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, s.endSnooze)
	register(s, huma.Operation{OperationID: "list-alarms", Method: http.MethodGet, Path: "/api/v1/alarms", Tags: []string{tagPolicies}, Summary: "Alarms that nobody has acknowledged, or all"}, s.listAlarms)
	register(s, huma.Operation{
		OperationID: "acknowledge-alarm", Method: http.MethodPost, Path: "/api/v1/alarms/{alarm_id}/acknowledge", Tags: []string{tagPolicies}, Summary: "Take note of an alarm",
		Description: "Who was the first stays.", Errors: []int{http.StatusNotFound},
	}, s.ackAlarm)
}

func shapeSnooze(z domain.Snooze) snoozeShape {
	return snoozeShape{string(z.ID), z.Policy, z.Rule, string(z.Subject.Kind), z.Subject.Name, z.Until.Std(), z.By, z.Reason, z.At.Std(), z.EndedBy}
}

func shapeAlarm(a domain.Alarm) alarmShape {
	return alarmShape{string(a.ID), a.At.Std(), string(a.Kind), a.Policy, a.Version, a.Rule, a.Subject.Name, string(a.Subject.Kind), a.Text, a.AckedBy, moment(a.AckedAt)}
}

func (s *server) listSnoozes(ctx context.Context, in *snoozeQuery) (*body[snoozeList], error) {
	all, err := s.Snoozes.Snoozes(ctx, domain.EventID(in.Before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	shapes, next := pageOf(all, in.Limit, shapeSnooze, func(z domain.Snooze) domain.EventID { return z.ID })
	return &body[snoozeList]{snoozeList{shapes, next}}, nil
}

func (s *server) addSnooze(r *http.Request, f form) (snoozeShape, error) {
	q, err := decode[snoozeRequest](s, f.document, "body")
	if err != nil {
		return snoozeShape{}, err
	}
	if left := time.Until(q.Until); left <= 0 || left > longestSnooze {
		return snoozeShape{}, unprocessable("body.until", "lies in the past, or more than 90 days ahead")
	}
	if err := s.hasRule(r.Context(), q.Policy, q.Rule); err != nil {
		return snoozeShape{}, err
	}
	z, err := s.Snoozes.AddSnooze(r.Context(), domain.Snooze{
		Policy: q.Policy, Rule: q.Rule, Subject: domain.Subject{Kind: domain.SubjectKind(q.Kind), Name: q.Subject}, Until: domain.At(q.Until), By: caller(r.Context()), Reason: q.Reason,
	})
	return shapeSnooze(z), err
}

// hasRule returns an error unless a policy is there and a version of it that is asked has a rule: a snooze of a name with a slip would keep nothing
// from acting, and nobody would be told. Versions that cannot be read, and policies of which none is asked, may have it.
func (s *server) hasRule(ctx context.Context, name, rule string) error {
	l, err := s.Policies.Policy(ctx, name)
	if err != nil || rule == "" {
		return err
	}
	var there []string
	for _, v := range l.Versions {
		if !v.State.Asked() {
			continue
		}
		v, err := s.Policies.PolicyVersion(ctx, name, v.Number)
		if err != nil {
			return err
		}
		d, found := policy.Read([]byte(v.Text))
		if len(found) > 0 {
			return nil
		}
		for _, r := range d.Rules {
			there = append(there, r.ID)
		}
	}
	if len(there) == 0 || slices.Contains(there, rule) {
		return nil
	}
	slices.Sort(there)
	return unprocessable("body.rule", "is not a rule of a version that is asked; there is "+domain.Clip(strings.Join(slices.Compact(there), ", "), 400))
}

func (s *server) endSnooze(ctx context.Context, in *snoozePath) (*body[snoozeShape], error) {
	z, err := s.Snoozes.EndSnooze(ctx, domain.EventID(in.ID), caller(ctx))
	if err != nil {
		return nil, err
	}
	return &body[snoozeShape]{shapeSnooze(z)}, nil
}

func (s *server) listAlarms(ctx context.Context, in *alarmQuery) (*body[alarmList], error) {
	all, err := s.Alarms.Alarms(ctx, !in.All, domain.EventID(in.Before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	shapes, next := pageOf(all, in.Limit, shapeAlarm, func(a domain.Alarm) domain.EventID { return a.ID })
	return &body[alarmList]{alarmList{shapes, next}}, nil
}

func (s *server) ackAlarm(ctx context.Context, in *alarmPath) (*body[alarmShape], error) {
	a, err := s.Alarms.AckAlarm(ctx, domain.EventID(in.ID), caller(ctx))
	if err != nil {
		return nil, err
	}
	return &body[alarmShape]{shapeAlarm(a)}, nil
}

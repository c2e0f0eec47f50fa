package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

const (
	policyColumns  = `name, position, before, created_at`
	versionColumns = `policy, number, digest, note, state, share, written_by, created_at, changed_at`
)

func policyFields(p *domain.Policy) []any {
	return []any{&p.Name, &p.Position, jsonText[[]int]{&p.Before}, &p.At}
}

// versionFields are where the versionColumns of a row go.
func versionFields(v *domain.PolicyVersion) []any {
	return []any{&v.Policy, &v.Number, &v.Digest, &v.Note, &v.State, &v.Share, &v.By, &v.At, &v.Changed}
}

// Policies returns the policies on record, in the order in which they are asked.
func (q queries) Policies(ctx context.Context) ([]domain.Policy, error) {
	policies := []domain.Policy{}
	err := eachRow(ctx, q.q, `select `+policyColumns+` from policies`, nil, func(r *sql.Rows) error {
		var p domain.Policy
		err := r.Scan(policyFields(&p)...)
		policies = append(policies, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list policies: %w", err)
	}
	slices.SortFunc(policies, domain.ComparePolicies) // servers sort texts in different ways
	return policies, nil
}

// AskedVersions returns the versions in a state in which they are asked, with their texts, and all versions 0 on record, in no order.
func (q queries) AskedVersions(ctx context.Context) ([]domain.PolicyVersion, error) {
	var versions []domain.PolicyVersion
	err := eachRow(ctx, q.q, `select `+versionColumns+`, text from policy_versions where state in ('shadow', 'canary', 'live') or number = 0`, nil, func(r *sql.Rows) error {
		var v domain.PolicyVersion
		err := r.Scan(append(versionFields(&v), &v.Text)...)
		versions = append(versions, v)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the versions that are asked: %w", err)
	}
	return versions, nil
}

// PolicyStanding returns what is asked of policies at a moment.
func (q queries) PolicyStanding(ctx context.Context, now domain.Time) (s domain.PolicyStanding, err error) {
	if s.Seq, err = q.PolicySeq(ctx); err != nil { // first: what changes meanwhile is read again
		return s, err
	}
	if s.Policies, err = q.Policies(ctx); err != nil {
		return s, err
	}
	if s.Versions, err = q.AskedVersions(ctx); err != nil {
		return s, err
	}
	s.Snoozes, err = q.LiveSnoozes(ctx, now)
	return s, err
}

// PolicySeq returns the number of the last change of what is asked of policies.
func (q queries) PolicySeq(ctx context.Context) (int64, error) { return q.Counter(ctx, counterPolicy) }

// PolicyVersion returns a version with its text, or ErrNotFound.
func (q queries) PolicyVersion(ctx context.Context, policy string, number int) (domain.PolicyVersion, error) {
	var v domain.PolicyVersion
	err := q.q.QueryRowContext(ctx, `select `+versionColumns+`, text from policy_versions where policy = $1 and number = $2`, policy, number).Scan(append(versionFields(&v), &v.Text)...)
	return v, q.notFound(err, fmt.Sprintf("version %d of policy", number), policy)
}

// PolicyLife returns what is on record about a policy; of one that is on record nowhere the moment is zero.
func (q queries) PolicyLife(ctx context.Context, name string) (domain.PolicyLife, error) {
	life := domain.PolicyLife{Policy: domain.Policy{Name: name}}
	err := q.q.QueryRowContext(ctx, `select `+policyColumns+` from policies where name = $1`, name).Scan(policyFields(&life.Policy)...)
	if err = q.notFound(err, "policy", name); errors.Is(err, ErrNotFound) {
		return life, nil
	}
	if err != nil {
		return life, err
	}
	err = eachRow(ctx, q.q, `select `+versionColumns+` from policy_versions where policy = $1 order by number`, []any{name}, func(r *sql.Rows) error {
		var v domain.PolicyVersion
		err := r.Scan(versionFields(&v)...)
		life.Versions = append(life.Versions, v)
		return err
	})
	if err != nil {
		return life, fmt.Errorf("read the versions of policy %s: %w", name, err)
	}
	if life.Moves, err = q.moves(ctx, `select `+moveColumns+` from policy_moves where policy = $1 and due_at > 0 order by id`, name); err != nil {
		return life, err
	}
	life.Flagged, err = q.steps(ctx, `select `+stepColumns+` from policy_steps where emergency = 1 and policy = $1 and reviewed = '' order by id`, name)
	return life, err
}

// LockPolicies makes others who change policies wait until the transaction has ended, so that none acts on what another is about to change. It
// returns the number of this change.
func (tx *Tx) LockPolicies(ctx context.Context) (int64, error) { return tx.take(ctx, counterPolicy, 1) }

// policyChanged is the body of the event about a change.
type policyChanged struct {
	Policy string `json:"policy"`
	Seq    int64  `json:"seq"`
}

// announcePolicy emits the event about a change.
func (tx *Tx) announcePolicy(policy string, seq int64) error {
	body, err := json.Marshal(policyChanged{policy, seq})
	tx.Emit(domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectPolicyChanged, Body: body})
	return err
}

// PolicySeal makes the audit leaf of a step of a version whose text has a digest.
type PolicySeal func(step domain.PolicyStep, digest string) domain.Leaf

// WritePolicy writes down what an act has changed, with the audit leaves of its steps and an event. seq is the number that LockPolicies gave. A new
// policy at position 0 is put behind all others.
func (tx *Tx) WritePolicy(ctx context.Context, c domain.PolicyChange, seq int64, seal PolicySeal) error {
	if err := tx.putPolicy(ctx, c.Policy); err != nil {
		return err
	}
	for _, v := range c.Versions {
		if err := tx.putVersion(ctx, v); err != nil {
			return err
		}
	}
	if err := tx.putMoves(ctx, c.Moves); err != nil {
		return err
	}
	if err := tx.putSteps(ctx, c, seal); err != nil {
		return err
	}
	for _, s := range c.Reviewed {
		r, err := tx.q.ExecContext(ctx, `update policy_steps set reviewed = $1 where id = $2 and reviewed = ''`, s.Reviewed, s.ID)
		if err := tx.changed(r, err, "emergency", s.ID); err != nil {
			return err
		}
	}
	if _, err := tx.RaiseAlarms(ctx, c.Alarms); err != nil {
		return err
	}
	return tx.announcePolicy(c.Policy.Name, seq)
}

func (tx *Tx) putPolicy(ctx context.Context, p domain.Policy) error {
	if p.At == 0 {
		p.At = tx.now
		if p.Position == 0 {
			if err := tx.q.QueryRowContext(ctx, `select coalesce(max(position), 0) + 1 from policies where position > 0`).Scan(&p.Position); err != nil {
				return fmt.Errorf("find a place for policy %s: %w", p.Name, err)
			}
		}
	}
	before, err := asJSON(append([]int{}, p.Before...))
	if err == nil {
		_, err = tx.q.ExecContext(ctx, `insert into policies (name, position, before, created_at) values ($1, $2, $3, $4)
			on conflict (name) do update set position = excluded.position, before = excluded.before`, p.Name, p.Position, before, p.At)
	}
	if err != nil {
		return fmt.Errorf("write policy %s: %w", p.Name, err)
	}
	return nil
}

// putVersion writes a version. The text of one that is no draft any more is never written again, whatever the caller has in mind.
func (tx *Tx) putVersion(ctx context.Context, v domain.PolicyVersion) error {
	_, err := tx.q.ExecContext(ctx, `insert into policy_versions (policy, number, text, digest, note, state, share, written_by, created_at, changed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (policy, number) do update set
		text = case when policy_versions.state = 'draft' and excluded.text <> '' then excluded.text else policy_versions.text end,
		digest = case when policy_versions.state = 'draft' or policy_versions.number = 0 then excluded.digest else policy_versions.digest end,
		note = case when policy_versions.state = 'draft' then excluded.note else policy_versions.note end,
		state = excluded.state, share = excluded.share, changed_at = excluded.changed_at`,
		v.Policy, v.Number, v.Text, v.Digest, v.Note, v.State, v.Share, v.By, v.At, v.Changed)
	if err != nil {
		return fmt.Errorf("write version %d of policy %s: %w", v.Number, v.Policy, err)
	}
	return nil
}

// putSteps writes steps with their audit leaves.
func (tx *Tx) putSteps(ctx context.Context, c domain.PolicyChange, seal PolicySeal) error {
	var rows, leaves [][]any
	for _, s := range c.Steps {
		digest := ""
		for _, v := range c.Versions {
			if v.Number == s.Number {
				digest = v.Digest
			}
		}
		leaf := seal(s, digest)
		rows = append(rows, []any{s.ID, s.Policy, s.Number, s.From, s.To, s.Share, s.By, s.Second, s.Reason, asBit(s.Emergency), s.Reviewed, s.At})
		leaves = append(leaves, []any{leaf.ID, leaf.Kind, s.ID, leaf.Salt, leaf.Digest, tx.now})
	}
	if err := tx.insertRows(ctx, `policy_steps`, stepColumns, ``, rows, nil); err != nil {
		return err
	}
	return tx.insertRows(ctx, `audit_leaves`, `id, kind, subject_id, salt, digest, created_at`, ``, leaves, nil)
}

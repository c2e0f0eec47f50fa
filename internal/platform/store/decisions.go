package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// RecordDecisions writes uploads with their decisions, matches, renditions, audit leaves, facts, counts and events. It returns for each recording,
// in their order, the decision that stands: its own, or the one that was recorded before for the same round of the same upload, so that no
// upload is decided twice in one round.
func (tx *Tx) RecordDecisions(ctx context.Context, recordings []domain.Recording) ([]domain.Decision, error) {
	recordings = slices.Clone(recordings) // ids of uploads change, and a transaction may run again
	sorted := inLockOrder(recordings)
	fresh, err := tx.writeUploads(ctx, sorted)
	if err != nil {
		return nil, err
	}
	stands, err := tx.writeDecisions(ctx, sorted)
	if err != nil {
		return nil, err
	}
	var written []*domain.Recording
	for _, r := range sorted {
		if !stands[r.Decision.ID] {
			continue
		}
		written = append(written, r)
		if !fresh[r.Upload.ID] {
			if err := tx.markDecided(ctx, r.Upload); err != nil {
				return nil, err
			}
		}
	}
	if err := tx.writeDetails(ctx, written); err != nil {
		return nil, err
	}
	decisions := make([]domain.Decision, len(recordings))
	for i, r := range recordings {
		decisions[i] = r.Decision
		if !stands[r.Decision.ID] {
			if decisions[i], err = tx.decisionOfRound(ctx, r.Upload.ID, r.Decision.Round); err != nil {
				return nil, err
			}
		}
	}
	return decisions, nil
}

// inLockOrder returns recordings in the order in which everybody takes uploads, so that two processes which record the same contents cannot
// wait for each other.
func inLockOrder(recordings []domain.Recording) []*domain.Recording {
	sorted := make([]*domain.Recording, len(recordings))
	for i := range recordings {
		sorted[i] = &recordings[i]
	}
	slices.SortStableFunc(sorted, func(a, b *domain.Recording) int { return compareUploads(a.Upload, b.Upload) })
	return sorted
}

// writeUploads adds the uploads that are new and gives the recordings of known ones the id under which they are known. It returns the ids
// that were added.
func (tx *Tx) writeUploads(ctx context.Context, recordings []*domain.Recording) (map[domain.UploadID]bool, error) {
	uploads := make([]domain.Upload, len(recordings))
	for i, r := range recordings {
		uploads[i] = r.Upload
	}
	fresh, err := tx.insertUploads(ctx, uploads)
	if err != nil {
		return nil, err
	}
	for _, r := range recordings {
		if fresh[r.Upload.ID] {
			continue
		}
		known, err := tx.UploadOf(ctx, r.Upload.ContentID, r.Upload.Digest)
		if err != nil {
			return nil, err
		}
		r.Upload.ID, r.Decision.UploadID = known.ID, known.ID
	}
	return fresh, nil
}

// writeDecisions adds decisions, passing over rounds that are decided, and returns the ids that were added.
func (tx *Tx) writeDecisions(ctx context.Context, recordings []*domain.Recording) (map[domain.DecisionID]bool, error) {
	rows := make([][]any, len(recordings))
	for i, r := range recordings {
		d := &r.Decision
		checks, err := asJSON(d.Checks)
		if err != nil {
			return nil, err
		}
		consequence, err := asJSON(d.Consequence)
		if err != nil {
			return nil, err
		}
		rules, err := asJSON(d.Rules)
		if err != nil {
			return nil, err
		}
		rows[i] = []any{d.ID, d.UploadID, d.ContentID, d.Round, d.Verdict, d.Policy.ID, d.Policy.Version, d.Policy.Rule, d.Reason, checks, d.DecidedAt,
			cmp.Or(d.Cause, domain.CauseUpload), d.By, consequence, rules, asBit(d.Unchecked())}
	}
	added := make(map[domain.DecisionID]bool, len(recordings))
	err := tx.insertRows(ctx, `decisions`, decisionColumns+`, unchecked`, `on conflict (upload_id, round) do nothing returning id`, rows, func(r *sql.Rows) error {
		var id domain.DecisionID
		err := r.Scan(&id)
		added[id] = true
		return err
	})
	return added, err
}

// markDecided brings the row of an upload that was known before its decision up to date.
func (tx *Tx) markDecided(ctx context.Context, u domain.Upload) error {
	parts, err := asJSON(u.Parts)
	if err != nil {
		return err
	}
	_, err = tx.q.ExecContext(ctx, `update uploads set state = $1, attempts = $2, due_at = $3, parts = $4 where id = $5`, u.State, u.Attempts, u.DueAt, parts, u.ID)
	if err != nil {
		return fmt.Errorf("mark upload %s decided: %w", u.ID, err)
	}
	return nil
}

// writeDetails adds what hangs on new decisions. Counts come last: they are rows that all processes share.
func (tx *Tx) writeDetails(ctx context.Context, recordings []*domain.Recording) error {
	var matches, renditions, leaves [][]any
	for _, r := range recordings {
		for i, m := range r.Decision.Matches {
			evidence, err := asJSON(m)
			if err != nil {
				return err
			}
			matches = append(matches, []any{r.Decision.ID, i, m.Signal, m.Entry, m.BankID, evidence})
		}
		for _, p := range r.Renditions {
			renditions = append(renditions, []any{r.Upload.ID, p.Part, p.MediaType, p.Data})
		}
		leaf, event, err := r.Seal(r.Decision)
		if err != nil {
			return fmt.Errorf("seal decision %s: %w", r.Decision.ID, err)
		}
		leaves = append(leaves, []any{leaf.ID, leaf.Kind, r.Decision.ID, leaf.Salt, leaf.Digest, tx.now})
		tx.Emit(event)
	}
	if err := tx.insertRows(ctx, `matches`, `decision_id, position, signal_id, entry_id, bank_id, evidence`, ``, matches, nil); err != nil {
		return err
	}
	if err := tx.dropRenditions(ctx, recordings); err != nil {
		return err
	}
	// A later round has newer pictures of the same parts.
	if err := tx.insertRows(ctx, `renditions`, `upload_id, part, media_type, data`,
		`on conflict (upload_id, part) do update set media_type = excluded.media_type, data = excluded.data`, renditions, nil); err != nil {
		return err
	}
	if err := tx.insertRows(ctx, `audit_leaves`, `id, kind, subject_id, salt, digest, created_at`, ``, leaves, nil); err != nil {
		return err
	}
	if err := tx.writeFacts(ctx, recordings); err != nil {
		return err
	}
	if err := tx.writeReviews(ctx, recordings); err != nil {
		return err
	}
	if err := tx.tallyDecisions(ctx, recordings); err != nil {
		return err
	}
	var alarms []domain.Alarm
	for _, r := range recordings {
		alarms = append(alarms, r.Alarms...)
	}
	if _, err := tx.RaiseAlarms(ctx, alarms); err != nil {
		return err
	}
	if err := tx.WriteShadows(ctx, recordings); err != nil {
		return err
	}
	return tx.countDecisions(ctx, recordings)
}

// dropRenditions removes what earlier rounds kept of uploads that turn out to match child-abuse imagery: no picture of that may be kept.
func (tx *Tx) dropRenditions(ctx context.Context, recordings []*domain.Recording) error {
	for _, r := range recordings {
		if r.Decision.Round == 1 || !slices.ContainsFunc(r.Decision.Matches, func(m domain.Match) bool { return m.BankKind == domain.KnownCSAM }) {
			continue
		}
		if _, err := tx.q.ExecContext(ctx, `delete from renditions where upload_id = $1`, r.Upload.ID); err != nil {
			return fmt.Errorf("delete renditions of upload %s: %w", r.Upload.ID, err)
		}
	}
	return nil
}

const decisionColumns = `id, upload_id, content_id, round, verdict, policy_id, policy_version, rule, reason, checks, decided_at, cause, decided_by, consequence, rules`

// decisionFields are where the decisionColumns of a row go.
func decisionFields(d *domain.Decision) []any {
	return []any{&d.ID, &d.UploadID, &d.ContentID, &d.Round, &d.Verdict, &d.Policy.ID, &d.Policy.Version, &d.Policy.Rule, &d.Reason,
		jsonText[[]domain.Check]{&d.Checks}, &d.DecidedAt, &d.Cause, &d.By, jsonText[domain.Consequence]{&d.Consequence}, jsonText[[]domain.RuleHit]{&d.Rules}}
}

func (q queries) decisionOfRound(ctx context.Context, upload domain.UploadID, round int) (domain.Decision, error) {
	return q.decision(ctx, upload, `select `+decisionColumns+` from decisions where upload_id = $1 and round = $2`, upload, round)
}

// LastDecision returns the newest decision about an upload, or ErrNotFound.
func (q queries) LastDecision(ctx context.Context, upload domain.UploadID) (domain.Decision, error) {
	return q.decision(ctx, upload, `select `+decisionColumns+` from decisions where upload_id = $1 order by round desc limit 1`, upload)
}

// decision reads one decision with its matches.
func (q queries) decision(ctx context.Context, upload domain.UploadID, query string, args ...any) (domain.Decision, error) {
	one := make([]domain.Decision, 1)
	if err := q.q.QueryRowContext(ctx, query, args...).Scan(decisionFields(&one[0])...); err != nil {
		return domain.Decision{}, q.notFound(err, "decision about upload", upload)
	}
	err := q.fillMatches(ctx, one)
	return one[0], err
}

// fillMatches reads the matches of some decisions.
func (q queries) fillMatches(ctx context.Context, decisions []domain.Decision) error {
	at := make(map[domain.DecisionID]int, len(decisions))
	ids := make([]domain.DecisionID, len(decisions))
	for i, d := range decisions {
		at[d.ID], ids[i] = i, d.ID
	}
	err := eachRowIn(ctx, q, `select decision_id, evidence from matches where decision_id in %s order by decision_id, position`, nil, ids, func(r *sql.Rows) error {
		var id domain.DecisionID
		var m domain.Match
		err := r.Scan(&id, jsonText[domain.Match]{&m})
		d := &decisions[at[id]]
		d.Matches = append(d.Matches, m)
		return err
	})
	if err != nil {
		return fmt.Errorf("read matches: %w", err)
	}
	return nil
}

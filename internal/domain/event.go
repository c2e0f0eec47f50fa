package domain

// Event is a fact that others may want to know, written in the transaction that made it true and published afterwards.
type Event struct {
	Seq     int64 // position in the outbox: gapless, in the order of commits
	ID      EventID
	Subject string
	Body    []byte // JSON
	At      Time
}

// Subjects of events.
const (
	// SubjectUploadAccepted says that an upload waits for its decision. Body: {"upload_id"}.
	SubjectUploadAccepted = "quell.upload.accepted"
	// SubjectDecisionMade says that an upload was decided. Body: the decision in short.
	SubjectDecisionMade = "quell.decision.made"
	// SubjectBankChanged says that signals or settings of a bank changed. Body: {"bank_id","seq"}.
	SubjectBankChanged = "quell.bank.changed"
	// SubjectReportMade says that a user of the service has reported a content. Body: {"report_id","content_id"}.
	SubjectReportMade = "quell.report.made"
	// SubjectPolicyChanged says that what is asked of policies changed: a version, a place, a snooze. Body: {"policy","seq"}.
	SubjectPolicyChanged = "quell.policy.changed"
	// SubjectAlarmRaised says that a person should look at something. Body: {"alarm_id","kind","policy","version","rule"}.
	SubjectAlarmRaised = "quell.alarm.raised"
)

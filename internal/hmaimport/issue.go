package hmaimport

// Issue is one thing that was not taken as it was.
type Issue struct {
	Outcome Outcome `json:"outcome"`
	Reason  Reason  `json:"reason"`
	// What it is about, as far as it has them. Names are those of HMA, and may hold anything.
	Bank     string `json:"bank,omitempty"`
	Content  int64  `json:"content,omitempty"`
	Number   int64  `json:"number,omitempty"` // of the entry here, for NumberTaken
	Type     string `json:"signal_type,omitempty"`
	Exchange string `json:"exchange,omitempty"`
	API      string `json:"api,omitempty"`
	// Detail says more in words; empty: the reason says it all.
	Detail string `json:"detail,omitempty"`
}

// Outcome says how bad an issue is.
type Outcome string

// The outcomes.
const (
	NotTaken Outcome = "not taken" // it is not here
	Altered  Outcome = "altered"   // it is here, but not as it was there
	Noted    Outcome = "noted"     // nothing is amiss
)

// Reason is why; reports group by it. It is one of a fixed set.
type Reason string

// The reasons.
const (
	BankName            Reason = "bank_name"
	BankKind            Reason = "bank_kind"
	BankNotTaken        Reason = "bank_not_taken"
	ContentElsewhere    Reason = "content_elsewhere"
	ContentEmpty        Reason = "content_without_signals"
	SignalType          Reason = "signal_type"
	SignalValue         Reason = "signal_value"
	ExchangeAPI         Reason = "exchange_api"
	ExchangeConfig      Reason = "exchange_config"
	ExchangeDiffers     Reason = "exchange_differs"
	CredentialsUnusable Reason = "credentials_unusable"
	CredentialsDiffer   Reason = "credentials_differ"

	NumberTaken     Reason = "number_taken"
	NoteChanged     Reason = "note_changed"
	MetadataDropped Reason = "metadata_dropped"
	PauseClamped    Reason = "pause_clamped"
	TimeUnusable    Reason = "time_unusable"
	ShareClamped    Reason = "share_clamped"
	ExchangeBank    Reason = "exchange_bank"

	ContentGoneThere Reason = "content_gone_there"
	SignalGoneThere  Reason = "signal_gone_there"
	ValueMended      Reason = "value_mended"
	CSAMBank         Reason = "csam_bank"
	NotFetched       Reason = "not_fetched"
	CheckpointLeft   Reason = "checkpoint_left"
	CredentialsLeft  Reason = "credentials_left"
	TypeShareLeft    Reason = "type_share_left"
)

// sentences say each reason to people, below the outcome.
var sentences = map[Reason]string{
	BankName:            "name that no bank can have here",
	BankKind:            "name that belongs to a bank of kind negative here",
	BankNotTaken:        "content of a bank that is not taken",
	ContentElsewhere:    "content that is here in another bank: its bank there was renamed since",
	ContentEmpty:        "content without a signal that can be taken",
	SignalType:          "signal of a type that Quell does not have",
	SignalValue:         "signal with a value that is none of its type",
	ExchangeAPI:         "exchange with an API that Quell does not know",
	ExchangeConfig:      "exchange with settings that cannot be used",
	ExchangeDiffers:     "exchange whose name belongs to one with other settings here",
	CredentialsUnusable: "credentials that cannot be used",
	CredentialsDiffer:   "credentials that differ from those of another exchange: Quell keeps one set for an API",

	NumberTaken:     "content whose id is the number of another entry here: it has a new number",
	NoteChanged:     "note that was too long, or had control characters: spaces are in their place",
	MetadataDropped: "metadata of which a part cannot be taken",
	PauseClamped:    "time up to which a content is disabled that is no date: the nearest is taken",
	TimeUnusable:    "signal whose time is no date: the time of the import is taken",
	ShareClamped:    "share that is not from 0 to 1: the nearest is taken",
	ExchangeBank:    "exchange whose bank has another name: here it feeds the bank of its own name",

	ContentGoneThere: "content that was deleted there and counts here: --sync withdraws it",
	SignalGoneThere:  "signal that was deleted there and counts here: --sync withdraws it",
	ValueMended:      "signal in upper case or with space around it, which HMA never matches: here it counts",
	CSAMBank:         "bank fed by NCMEC: here it is of kind known-csam",
	NotFetched:       "exchange that this version of quell does not fetch from: its bank stays as it is until HMA is imported again",
	CheckpointLeft:   "exchange whose state of fetching stays behind: fetching begins anew",
	CredentialsLeft:  "credentials that stay behind: --with-credentials takes them",
	TypeShareLeft:    "share of a signal type that Quell does not have",
}

package policy

import "strings"

// KeyTable says which keys one mapping in the text of a policy has.
type KeyTable struct {
	Of   string `json:"of" doc:"What the mapping is."`
	Keys []Key  `json:"keys"`
}

// Key is one key of a mapping.
type Key struct {
	Name     string `json:"name"`
	Required bool   `json:"required,omitempty"`
	Form     string `json:"form" doc:"What its value looks like."`
	Doc      string `json:"doc"`
}

const (
	nameWords      = "small letters and digits, joined by `-`"
	verdictWords   = "`allow`, `label`, `limit`, `hold` or `block`"
	treatmentWords = "`hold`, `ignore` or `match`"
)

// keyTables are all mappings of a policy with fixed keys. A test holds them to what the reader takes.
var keyTables = []KeyTable{
	{"a policy", []Key{
		{"policy", true, nameWords, "Its name."},
		{"title", false, "text", "For people."},
		{"note", false, "text", "What is new in this version."},
		{"applies_to", false, "`content`", "What it is asked about: uploads, and what becomes known of them later."},
		{"unknown", false, treatmentWords, "What unknown means where a rule does not say. Without it: hold for rules that hold or block, ignore for others."},
		{"error", false, treatmentWords, "The same for conditions that failed."},
		{"otherwise", false, "text", "What is said when no rule has anything to say."},
		{"lists", false, "names with lists of texts", "Named lists, which conditions see as `lists.name`."},
		{"define", false, "names with conditions", "Named values that rules, and later definitions, may use."},
		{"exempt", false, "list of exemptions", "If one of them is true, the rules are on record and do not act."},
		{"rules", true, "list of rules", "The strongest verdict of those that are true decides; of equals the first."},
		{"limits", false, "verdicts with limits", "Quotas of what the policy may decide; `allow` has none."},
		{"flood", false, "mapping", "A guard: what only signals would have decided that suddenly match far more than they used to is held."},
		{"tests", false, "list of tests", "Uploads that it has to decide in a certain way."},
	}},
	{"a rule", []Key{
		{"id", true, nameWords, "Its name, which decisions tell."},
		{"when", true, "condition", "In CEL: true or false."},
		{"decide", true, "a verdict, or a mapping", "What follows."},
		{"say", false, "text", "Why, for people. Words in braces stand for the evidence: " + wordList() + "."},
		{"unknown", false, treatmentWords, "What unknown means for this rule."},
		{"error", false, treatmentWords, "What a failure means for this rule."},
	}},
	{"an exemption", []Key{
		{"id", true, nameWords, "Its name."},
		{"when", true, "condition", "In CEL: true or false. Unknown does not exempt."},
		{"say", false, "text", "Why, for people."},
	}},
	{"decide", []Key{
		{"outcome", true, verdictWords, "The verdict."},
		{"reason", false, "letters, digits, `.`, `_` and `-`", "A code that a user may be told."},
		{"queue", false, nameWords, "In which people look at it."},
		{"priority", false, "0 to 100", "Larger is sooner."},
		{"labels", false, "list of labels", "What the content is labelled with."},
		{"notice", false, "letters, digits, `.`, `_` and `-`", "Name of the text that the user gets."},
		{"preserve", false, "period, as `P180D`", "How long evidence is kept."},
	}},
	{"a limit", []Key{
		{"per_hour", false, "whole number", "Decisions of this verdict within an hour. One of the two is needed."},
		{"per_day", false, "whole number", "And within 24 hours."},
		{"over", false, "`hold` or `alarm`", "What becomes of more: they are held, or stay what they are; an alarm is raised either way. For `hold` only `alarm`."},
	}},
	{"flood", []Key{
		{"per_hour", true, "whole number", "Matches of a signal in the last hour that are always fine."},
		{"times", true, "number", "Beyond them: how many times its usual hour."},
		{"except", false, "list of `exact`, `known` and `known-csam`", "What is not guarded: matches of the very same file, or of banks of a kind."},
	}},
	{"a test", []Key{
		{"name", true, "text", "What it shows."},
		{"given", true, "mapping", "The upload, in the names that conditions see; what is not said is not known."},
		{"expect", true, "a verdict, or a mapping", "What has to be decided."},
	}},
	{"expect", []Key{
		{"outcome", false, verdictWords, "The verdict."},
		{"rule", false, "name of a rule", "Which decides."},
		{"reason", false, "text", "Its code."},
		{"queue", false, "text", "Its queue."},
	}},
}

func wordList() string { return "`{" + strings.Join(sortedKeys(words), "}`, `{") + "}`" }

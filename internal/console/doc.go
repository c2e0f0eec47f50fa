// Package console serves the web pages on which people see what Quell decided and why.
//
// The pages are made on the server, need no script and load nothing from another host. Each room answers one question. "What happened to the
// latest uploads?": the overview at "/" with counts over time and the latest decisions, and a page for each decision. "What are uploads
// compared with?": the banks at "/banks", and a page for each with its entries. "Which policies decide, and what waits for me?": the policies at
// "/policies", and a page for each with its rules, its versions and the forms by which people agree to a change, refuse it or go back. "What would a
// version have decided?": the replays at "/replays". People come in by a one-time link.
//
// Who may do what is settled behind Policies; the console says whose name it acts in, and shows why something was refused. The page of a decision
// explains it from the facts that were kept with it, by the same function as the API and the command line do.
//
// How many signals of a bank are live is asked of the index in memory, which is what uploads are compared with and counts in microseconds; SQL
// would have to visit every signal.
//
// The form of all rooms is one: colours, type and spacing are the tokens at the head of
// assets/console.css, verdicts and states have one icon and one word each, evidence is one component wherever it is shown, and every word
// that people read stands in the catalogue of its language (words_en.go).
//
// Three things hold for every page. A reason comes before a picture, and a picture is only ever a veiled rendition made when the upload was
// checked; of content that matches a bank of child-abuse imagery there is no picture at all. Text that comes from users or from the
// service is hostile: it is escaped, kept in its own direction, shortened, and stripped of the power to disguise itself. And what cannot be
// shown is said in words: an empty place, a failed read, an unchecked part.
//
// The templates (*.templ) are turned into Go by "go generate"; the result is committed.
package console

//go:generate go tool templ generate

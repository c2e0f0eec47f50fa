// Package hma is the face of Quell for clients of Hasher-Matcher-Actioner, Meta's server for matching known content: they switch by changing a
// URL. Routes, status codes and bodies are those of HMA 1.1; docs/hma.md lists what was mended on the way, with the old and the new behaviour.
//
// It stands on the same banks, index and records as the API of Quell itself: what is added here counts there, and the other way round. What
// HMA calls a content is an entry of a bank, named by its number; what it calls the ratio of a bank is the share of contents for which the
// bank counts.
//
// HMA knows no authentication. This face is therefore off by default, and when on it answers only addresses that the operator has listed,
// and where wanted only clients with an API key or a certificate.
package hma

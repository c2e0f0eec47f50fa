// Package hma tests the face for clients of HMA from outside, over HTTP, as its clients see it: what HMA's own tests assert, request by request, the
// calls that Coop makes, and a golden file of requests and answers for every route.
//
// The tests named TestHMA… know nothing of Quell. They can be pointed at any server that claims to be HMA, HMA itself among them, whose tables are
// empty: go test ./e2e/hma -base http://127.0.0.1:5100. Where an index is rebuilt now and then, -patience says how long that takes, and where the
// server runs elsewhere, -media says at which address it reaches the pictures of these tests.
package hma

// Package obs is what operators see from outside: logs and metrics.
//
// Neither carries anything about a person: no content ids, no account ids, no addresses, no bytes. Labels of metrics come from small fixed
// sets (verdicts, signal types, routes), never from requests.
package obs

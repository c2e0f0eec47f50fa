// Package bus carries events from the database to whoever acts on them: NATS JetStream, with the server inside this process by default and an
// external server by one configuration key. SQL is the truth; what the bus holds can be thrown away and is then filled again from the outbox.
//
//	transaction ──► outbox (SQL) ──Relay──► QUELL_EVENTS ──Consume──► work, once among all processes of a name
//	                                             │                        └──► QUELL_DEAD, when it cannot be done
//	                                             └─────────Listen───► every process, at once
//
// Three ways to receive, by need:
//   - [Bus.Consume] is for work that must be done. Delivery is at least once, to one process of those that use the consumer's name; an event is
//     acknowledged after its effect. Handlers are idempotent by event id.
//   - [Bus.Listen] is for processes that keep a copy of something and must hear of changes at once. It has no memory; it says when to catch up from SQL.
//   - [Bus.Woken] is a nudge without content.
//
// Ordering. The stream holds events in the order of the outbox and without gaps: every event names its predecessor, and the server refuses it
// anywhere else. A consumer with Concurrency 1, running in one process, sees that order. It is broken by what is tried again, and by what the relay sends
// again after the server lost something: such an event comes later than its number says.
//
// Delivery. An event in the outbox reaches every consumer at least once, through crashes of any process and of the server, power failures,
// and the loss of all the bus has stored, provided that the outbox still has it by then. It comes more than once when an
// acknowledgement gets lost, a process dies over it, the stream is filled again, or a backup of the database is restored. An event that cannot be handled
// ends among the dead letters, never in silence. A consumer that stands still for longer than Config.Retention, or while
// Config.MaxBytes of newer events arrive, misses events: whoever cannot accept that keeps a row with a due time as well.
//
// De-duplication. The server drops an event whose id it has stored in the last five minutes. That spares work and carries no weight: repeats after
// that are stored again and left to the idempotence of the handlers.
//
// A restricted NATS user needs publish and subscribe on quell.>, quell-dead.>, quell-wake.>, _INBOX.> and $JS.>.
//
// DESIGN.md says what survives kill -9 and what survives power loss, and which properties of NATS this package works around.
package bus

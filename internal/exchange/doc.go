// Package exchange knows the programmes that share signals of known content, one file a programme: what each wants to know before it can be
// asked, and with which credentials. Field names, types and messages are those of HMA, so that forms and scripts made for it keep working.
//
// It reads and writes settings and speaks to nobody.
package exchange

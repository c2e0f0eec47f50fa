// Package demo is what `quell demo` shows: banks of drawn content, and a short stream of uploads of which some are edited copies.
//
// All of it is made by package art from numbers, the same every time: posters of Grey Heron, a group that does not exist, and ordinary
// pictures. Nothing here is, imitates or names anything real.
package demo

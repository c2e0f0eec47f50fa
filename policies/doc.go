// Package policies has the ready policies of Quell. Their comments teach the language, their tests show what they are for, and a service that has no
// policies of its own starts with the first of them. They are plain files: copy one, change it, and put it in force with quell policy apply.
package policies

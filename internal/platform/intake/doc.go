// Package intake bounds the memory that bodies of requests take, over all requests of all faces of the process.
//
// A body is let in when there is room for what it declares; one that does not declare its length has room reserved as it grows. Who finds no
// room waits at the door, while it holds nothing, and never in the middle: two that wait while they hold memory could wait for each other.
package intake

// Package fleet keeps the cars as they are now: position, status, skills and how fresh each is.
//
// A Store has one writer at a time and any number of readers, which never wait: there are two copies of
// the fleet (package leftright), each with an index of the cars that could be sent for every metric in
// use, so that a reader sees all cars and every index at one moment. It has no clock; whoever calls it
// says what time it is.
package fleet

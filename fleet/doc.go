// Package fleet keeps the cars as they are now: position, status, skills and how fresh each is.
//
// A Store has one writer at a time and any number of readers, which never wait: they read an
// immutable snapshot. It has no clock; whoever calls it says what time it is.
package fleet

// Package fleet keeps the cars as they are now: position, status, shift and how fresh each is.
package fleet

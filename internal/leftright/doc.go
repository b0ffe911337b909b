// Package leftright lets any number of goroutines read a structure that is being written, without ever
// waiting and without ever seeing half a change: the left-right algorithm (Ramalhete and Correia, Brief
// Announcement: Left-Right - A Concurrency Control Technique with Wait-Free Population Oblivious Reads,
// 2013).
//
// There are two copies. Readers read one; the writer changes the other, sends new readers there, waits
// until the last has left the first, and changes that in the same way. What readers pay is two atomic
// additions; what the writer pays is that every change is made twice, and that it waits for the slowest
// reader.
package leftright

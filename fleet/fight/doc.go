// Package fight has many dispatchers fight for few cars over a ledger, while its test makes the ledger
// fail, and then tells whether all that was promised was kept: it is how each ledger.Store is tested
// under the records that stand on it.
//
// What dispatchers asked and were answered is a history, in which an answer that was lost may have been
// given at any later time. For each car a checker looks for an order of all operations that explains the
// history by a register with compare-and-set (Herlihy and Wing, "Linearizability", 1990; the checker is
// porcupine, after Lowe, "Testing for linearizability", 2017). Apart from that the log itself is read:
// what it must have, what it must not have, and whether each entry follows from the one before.
package fight

// Package live is the fleet's certain knowledge, shared: it ties a ledger, the state machine of package
// unit and the cars of package fleet together, so that many callers on many replicas may decide about
// the same cars and no car is given to two calls.
//
// Every change is one entry of the ledger, written on top of the revision that it was decided on. Of two
// changes on the same revision one is refused, with what the other made of the car. What a replica shows
// may lag behind the ledger, and says by how much; what it writes never rests on what has passed.
package live

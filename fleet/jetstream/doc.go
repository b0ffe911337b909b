// Package jetstream keeps a ledger with NATS JetStream: in a folder, by a server inside the process that
// listens on no port, or on an operator's cluster. Both are the same code against the same protocol.
//
// One stream holds the log: its sequence numbers are the revisions, and each key has a subject of its
// own. An entry is published with the sequence number that its subject has to have, which the server
// compares and sets. In a folder an entry is on the disk before it is acknowledged or shown to anybody;
// entries that are appended meanwhile share a sync. An operator's servers have to be told so
// (docs/format/ledger.md).
//
// Positions tells other replicas on the same cluster where cars are. They are soft: nothing is kept.
package jetstream

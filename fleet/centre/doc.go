// Package centre keeps what the staff of a place that receives patients have said of it: opening hours,
// room, diversion. It is pure: a Record, a Change, and Apply; a Record is kept as JSON under the key
// that Key makes of the place's name (docs/format/ledger.md).
package centre

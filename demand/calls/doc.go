// Package calls keeps what is left of calls for help after import: for each, its cell, its hour and its
// kind (category and channel), and nothing else.
package calls

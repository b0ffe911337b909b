// Package export writes plans in the formats of other tools.
package export

// Package demand says where and when calls come from: expected calls per cell and hour of week.
package demand

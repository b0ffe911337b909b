// Package volume says when calls will come: the expected calls of all cells in each hour.
package volume

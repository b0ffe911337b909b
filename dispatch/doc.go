// Package dispatch makes decisions and has no clock and no I/O: which cars can reach a call first and
// why, which are excluded and why, which places are nearest, what the free cars cover, and which of them
// should wait elsewhere. The policy that is simulated is the policy that serves. It advises; it never
// assigns.
package dispatch

// Package clustertest runs NATS servers with JetStream as processes of their own, on loopback, for tests
// that kill them, stop them in their tracks and cut them off from each other.
package clustertest

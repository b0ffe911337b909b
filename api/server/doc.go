// Package server is the nearside.v1 API over gRPC and HTTP/JSON: it checks what is asked, puts the
// fleet, the roads, the forecast and the planner together, and says what stands behind each answer.
//
// A Server reads no file but plans and caches in its data directory. It advises; it never dispatches.
package server

// Package guard says who may ask the service for what: it authenticates callers by client certificate,
// JSON web token or service token, holds them to their roles and to limits, and makes the TLS settings
// of a server and of its clients.
package guard

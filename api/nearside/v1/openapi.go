// Package nearsidev1 is the contract of Nearside as generated code: messages, gRPC stubs and the HTTP
// gateway. nearside.proto is its source; api/generate.sh makes the rest.
package nearsidev1

import _ "embed"

// OpenAPI is the contract over HTTP as an OpenAPI 2.0 document in JSON.
//
//go:embed nearside.swagger.json
var OpenAPI []byte

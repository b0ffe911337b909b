#!/bin/sh
# Checks the style of the contract, api/nearside/v1/nearside.proto, and generates from it the Go code,
# the HTTP gateway and the OpenAPI document. "make proto" installs the tools and runs this.
set -eu
cd "$(dirname "$0")/.."
PATH=${NEARSIDE_TOOLS:-$PWD/.tools}/bin:$PATH
api/protos.sh
buf lint
buf generate

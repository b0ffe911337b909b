#!/bin/sh
# Generates the contract's Python code into the folder given, from the .proto files of this repository.
# With pip: grpcio-tools. On Debian: python3-grpcio protobuf-compiler protobuf-compiler-grpc libprotobuf-dev.
set -eu
out=${1:?usage: generate.sh FOLDER}
cd "$(dirname "$0")/../../.."
api/protos.sh
mkdir -p "$out"
if python3 -c 'import grpc_tools' 2>/dev/null; then
	set -- python3 -m grpc_tools.protoc
else
	set -- protoc "--plugin=protoc-gen-grpc_python=$(command -v grpc_python_plugin)"
fi
"$@" -I api -I .tools/protos --python_out="$out" --grpc_python_out="$out" $(cd api && ls nearside/v1/*.proto) $(cd .tools/protos && find google -name '*.proto')

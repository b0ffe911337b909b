#!/bin/sh
# Generates the Go code, the HTTP gateway and the OpenAPI document from api/nearside/v1/nearside.proto.
#
#   api/generate.sh            install the tools, check the contract's style, generate
#   api/generate.sh breaking [REF]   fail where the contract breaks clients of REF (default HEAD~1)
#
# Tools go to .tools/bin; Google's protos, which the contract imports, come from the npm package
# google-proto-files into .tools/protos. Both are kept between runs and neither is committed.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
tools=$root/.tools
protos=$tools/protos
package=google-proto-files@6.0.1
sum=711763f77ea15bbc7436aac53db013b421d2c7b86ae27f4013723970ce54a96e

install_tool() { # module path, version
	name=$(basename "$1")
	stamp=$tools/bin/.$name-$2
	[ -e "$stamp" ] && [ -x "$tools/bin/$name" ] && return
	(cd / && GOFLAGS= GOBIN=$tools/bin go install "$1@$2")
	touch "$stamp"
}

install_protos() {
	[ -e "$protos/google/longrunning/operations.proto" ] && return
	rm -rf "$tools/npm" && mkdir -p "$tools/npm" "$protos"
	npm pack --silent --pack-destination "$tools/npm" "$package" >/dev/null
	got=$(sha256sum "$tools"/npm/*.tgz | cut -d' ' -f1)
	[ "$got" = "$sum" ] || { echo "generate.sh: $package has SHA-256 $got, want $sum" >&2; exit 1; }
	for f in api/annotations api/http api/client api/launch_stage rpc/status api/field_behavior longrunning/operations; do
		tar -xzf "$tools"/npm/*.tgz -C "$protos" --strip-components=1 "package/google/$f.proto"
	done
	rm -rf "$tools/npm"
}

install_tools() {
	mkdir -p "$tools/bin"
	install_tool github.com/bufbuild/buf/cmd/buf v1.72.0
	install_tool google.golang.org/protobuf/cmd/protoc-gen-go v1.36.12
	install_tool google.golang.org/grpc/cmd/protoc-gen-go-grpc v1.6.2
	install_tool github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-grpc-gateway v2.31.0
	install_tool github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-openapiv2 v2.31.0
	install_protos
}

# breaking compares with the contract at a commit, by today's rules and with today's imports.
breaking() {
	old=$(mktemp -d)
	trap 'rm -rf "$old"' EXIT
	git archive "$1" api/nearside | tar -x -C "$old"
	mkdir -p "$old/.tools" && cp -r "$protos" "$old/.tools/protos" && cp buf.yaml "$old"
	"$tools/bin/buf" breaking --against "$old"
}

install_tools
case "${1:-generate}" in
generate)
	"$tools/bin/buf" lint
	"$tools/bin/buf" generate
	;;
breaking) breaking "${2:-HEAD~1}" ;;
*) echo "usage: api/generate.sh [generate | breaking [REF]]" >&2; exit 2 ;;
esac

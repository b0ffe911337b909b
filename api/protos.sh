#!/bin/sh
# Fetches Google's protos that the contract imports (HTTP rules, long-running operations) into
# .tools/protos, from a pinned npm package, once. They are not committed.
set -eu
cd "$(dirname "$0")/.."
package=google-proto-files@6.0.1
sum=711763f77ea15bbc7436aac53db013b421d2c7b86ae27f4013723970ce54a96e
out=.tools/protos

[ -e "$out/.$package" ] && exit
command -v npm >/dev/null || { echo "protos.sh: npm is missing: it fetches $package, which the contract imports" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "$package" >/dev/null
got=$(sha256sum "$work"/*.tgz | cut -d' ' -f1)
[ "$got" = "$sum" ] || { echo "protos.sh: $package has SHA-256 $got, want $sum" >&2; exit 1; }
rm -rf "$out"
mkdir -p "$out"
for f in api/annotations api/client api/field_behavior api/http api/launch_stage longrunning/operations rpc/status; do
	tar -xzf "$work"/*.tgz -C "$out" --strip-components=1 "package/google/$f.proto"
done
touch "$out/.$package"

#!/bin/sh
# Fails where the contract would break clients built against another commit: api/breaking.sh [COMMIT].
set -eu
cd "$(dirname "$0")/.."
PATH=${NEARSIDE_TOOLS:-$PWD/.tools}/bin:$PATH
api/protos.sh
# Today's rules and imports on that commit's contract.
old=$(mktemp -d)
trap 'rm -rf "$old"' EXIT
git archive "${1:-HEAD~1}" api/nearside | tar -x -C "$old"
mkdir "$old/.tools"
cp -r .tools/protos "$old/.tools/protos"
cp buf.yaml "$old"
buf breaking --against "$old"

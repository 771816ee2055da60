#!/bin/sh
# Runs the benchmarks. Arguments go to `go test`, for example: scripts/bench.sh -bench=Create ./tickets/...
set -eu
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- -bench=. ./...
# One package at a time: two at once on the same cores would measure each other.
go test -run '^$' -p 1 -benchmem -timeout 60m "$@"

#!/bin/sh
# Runs the benchmarks and prints a table: what was measured, and the ratio to a limit measured in the same run.
# Arguments go to `go test`, for example: scripts/bench.sh -bench=FanOut ./agentdesk
set -eu
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- -bench=. ./...
log=$(mktemp)
trap 'rm -f "$log" "$log.rc"' EXIT
# One package at a time: two at once on the same cores would measure each other. A pipe hides the exit code.
{
	go test -run '^$' -p 1 -benchmem -timeout 60m "$@" && rc=0 || rc=$?
	echo "$rc" >"$log.rc"
} | tee "$log"

# A result is "BenchmarkName-2  10  5 ns/op  0.9 ratio": pairs of figure and unit from the third field on. Those of the
# allocator and an empty ns/op say nothing beside a measure of their own.
awk '
	/^pkg: / { package = $2; sub(/^frontline\//, "", package) }
	/^Benchmark/ {
		name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name)
		for (i = 3; i < NF; i += 2)
			if ($(i + 1) != "B/op" && $(i + 1) != "allocs/op" && !($(i + 1) == "ns/op" && $i == 0)) {
				if (!n++) printf "\n%-24s %-44s %14s  %s\n", "package", "benchmark", "figure", "unit"
				printf "%-24s %-44s %14s  %s\n", package, name, $i, $(i + 1)
			}
	}
' "$log"
exit "$(cat "$log.rc")"

#!/bin/bash
# Runs all that a change must pass before it lands; stops at the first that fails.
# FUZZTIME is the time for each fuzz target (30s).
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

scripts/need.sh check

step format
unformatted=$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 go tool gofumpt -l)
[ -z "$unformatted" ] || { echo "run: go tool gofumpt -w $unformatted" >&2; exit 1; }

step vet
go vet ./...

step staticcheck
go tool staticcheck ./...

step "known faults of dependencies"
scripts/faults.sh

step "generated files are up to date"
changes() { git status --porcelain --untracked-files=all; git diff; }
before=$(changes)
scripts/generate.sh
after=$(changes)
[ "$before" = "$after" ] || { git status --short >&2; echo "generated files were stale: commit them" >&2; exit 1; }

step "browser programs: lint, types, units"
scripts/desk.sh
for ui in agentdesk/ui channels/webchat/widget; do
	(cd "$ui" && npm run --silent check </dev/null && npm test --silent </dev/null)
done

step "tests with the race detector"
go test -race -shuffle=on -timeout 30m ./...

step browser
scripts/e2e.sh

step fuzz
scripts/fuzz.sh

#!/bin/sh
# Runs all tests: the desk's types and units, Go, and the browser. CI runs this.
set -eu
cd "$(dirname "$0")/.."

scripts/need.sh test
scripts/desk.sh
(cd agentdesk/ui && npm run --silent check </dev/null && npm test --silent </dev/null)
go test ./...
scripts/e2e.sh

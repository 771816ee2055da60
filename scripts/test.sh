#!/bin/sh
# Runs all tests: the browser programs' types and units, Go, and the browser. CI runs this.
set -eu
cd "$(dirname "$0")/.."

scripts/need.sh test
scripts/desk.sh
for ui in agentdesk/ui channels/webchat/widget; do
	(cd "$ui" && npm run --silent check </dev/null && npm test --silent </dev/null)
done
go test ./...
scripts/e2e.sh

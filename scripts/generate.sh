#!/bin/sh
# Writes again every file that is generated and committed: Go first, then what the desk makes from it.
set -eu
cd "$(dirname "$0")/.."

go generate ./...
scripts/desk.sh packages
cd agentdesk/ui
npm run --silent --if-present generate </dev/null

#!/bin/sh
# Runs the browser tests against a program of their own. Arguments go to the test runner.
set -eu
cd "$(dirname "$0")/.."

scripts/need.sh test
scripts/desk.sh
scripts/build.sh
cd agentdesk/ui
FRONTLINE_BIN=$PWD/../../bin/frontline npm run --silent e2e -- "$@" </dev/null

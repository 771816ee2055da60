#!/bin/sh
# Builds what has changed and starts the demo. Arguments go to `frontline serve --demo`.
set -eu
cd "$(dirname "$0")/.."

scripts/need.sh run
scripts/desk.sh
scripts/build.sh
# What the demo prints at its start should stay on the screen.
FRONTLINE_LOG=${FRONTLINE_LOG:-warn} exec bin/frontline serve --demo "$@"

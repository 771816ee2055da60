#!/bin/sh
# Builds what has changed and starts the demo. Arguments go to `frontline serve --demo`.
set -eu
cd "$(dirname "$0")/.."

scripts/need.sh run
scripts/desk.sh
scripts/build.sh
exec bin/frontline serve --demo "$@"

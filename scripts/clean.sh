#!/bin/sh
# Removes what was built. Data, and Go's own cache, stay.
set -eu
cd "$(dirname "$0")/.."

rm -rf bin .cache agentdesk/ui/node_modules
find agentdesk/ui/dist -mindepth 1 ! -name .keep -delete

#!/bin/sh
# Removes what was built. Data, and Go's own cache, stay.
set -eu
cd "$(dirname "$0")/.."

for ui in agentdesk/ui channels/webchat/widget; do
	rm -rf "$ui/node_modules"
	find "$ui/dist" -mindepth 1 ! -name .keep -delete
done
rm -rf bin .cache

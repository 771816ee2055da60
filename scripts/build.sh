#!/bin/sh
# Builds bin/frontline, with the desk that lies in agentdesk/ui/dist, or a placeholder page where none does.
#
#   scripts/build.sh [FILE]    into FILE instead of bin/frontline
#
# VERSION names the build where there is no git history to ask.
set -eu
cd "$(dirname "$0")/.."

version=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo unknown)}
# buildvcs is off because it fails where the folder is another user's; the version above is enough.
CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-X main.version=$version" -o "${1:-bin/frontline}" ./cmd/frontline

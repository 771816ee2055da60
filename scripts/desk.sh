#!/bin/sh
# Builds what runs in browsers, doing only what has changed since the last time: packages when package-lock.json or Node
# changed, the pages when any source changed. The desk goes into agentdesk/ui/dist, the chat for customers into
# channels/webchat/widget/dist.
#
#   scripts/desk.sh            packages and pages
#   scripts/desk.sh packages   packages only
set -eu
cd "$(dirname "$0")/.."

# npm leaves out what the tests and the build need when this says production.
unset NODE_ENV

# make_in NAME FOLDER [packages]
make_in() (
	cd "$2"
	packages=$({ node --version; cat package.json package-lock.json .npmrc; } | sha256sum)
	if [ "$(cat node_modules/.stamp 2>/dev/null)" != "$packages" ]; then
		echo "$1: installing packages"
		npm ci --no-audit --no-fund --include=dev --include=optional --loglevel=error --no-update-notifier </dev/null
		echo "$packages" >node_modules/.stamp
	fi
	[ "${3-}" != packages ] || exit 0

	sources=$({
		echo "$packages"
		find . \( -name node_modules -o -name dist -o -name e2e -o -name '*.go' \) -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
	} | sha256sum)
	if [ "$(cat dist/.stamp 2>/dev/null)" != "$sources" ]; then
		echo "$1: building pages"
		npm run --silent build </dev/null
		# The empty file keeps the folder in the repository, so that the program builds without Node.
		: >dist/.keep
		echo "$sources" >dist/.stamp
	fi
)

make_in desk agentdesk/ui "$@"
make_in chat channels/webchat/widget "$@"

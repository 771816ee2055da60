#!/bin/bash
# Looks up known faults of what the program stands on: of Go modules those that its code reaches, of the browser programs' packages
# those that go into the browser. Fails where there is one. Where a list of faults cannot be had it says so and goes on.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
GOBIN=$bin go install golang.org/x/vuln/cmd/govulncheck@v1.9.0
status=0
"$bin/govulncheck" ./... >"$bin/found" 2>&1 || status=$?
case $status in
0) echo "modules: no known fault is reached" ;;
3) cat "$bin/found" >&2; exit 1 ;;
*) echo "modules: not looked up: $(tail -n 1 "$bin/found")" ;;
esac

for ui in agentdesk/ui channels/webchat/widget; do
	status=0
	(cd "$ui" && npm audit --omit=dev --audit-level=high --json </dev/null) >"$bin/found" 2>/dev/null || status=$?
	if [ $status = 0 ]; then
		echo "packages of $ui: no known fault"
	elif grep -q '"auditReportVersion"' "$bin/found"; then
		cat "$bin/found" >&2
		exit 1
	else
		echo "packages of $ui: not looked up"
	fi
done

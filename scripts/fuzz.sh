#!/bin/bash
# Fuzzes every target in the repository for FUZZTIME (30s) each.
set -euo pipefail
cd "$(dirname "$0")/.."

# git answers 1 where nothing matches, which is no failure here.
{ git grep -o --untracked -E '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' || [ $? = 1 ]; } |
	while IFS=: read -r file func; do
		folder=$(dirname "$file") name=${func#func }
		echo "$folder $name"
		# Making inputs smaller, a minute for each by default, would take all of the time of targets that use a database.
		go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-30s}" -fuzzminimizetime 10x "./$folder" </dev/null
	done

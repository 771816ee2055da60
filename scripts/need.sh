#!/bin/sh
# Makes sure that what a verb needs is on this machine, and installs from Debian what is missing.
#
#   scripts/need.sh run            Go, Node and git, which nobody installs behind your back
#   scripts/need.sh test           and the browser and mail servers of the tests
#   scripts/need.sh check          and a C compiler, for the race detector
#
# It asks nothing, does nothing when all is there, and where it may not install it fails with one
# line that names the packages.
set -eu

fail() { echo "$*" >&2; exit 1; }

# at_least HAVE WANT: true when version HAVE (1.26.8) is not older than WANT (1.21).
at_least() {
	[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

need_tools() {
	for tool in git go node npm; do
		command -v "$tool" >/dev/null || fail "missing: $tool (needed: git, Go 1.26 or newer, Node 20.19 or newer, make)"
	done
	go=$(go env GOVERSION)
	at_least "${go#go}" 1.26 || fail "Go 1.26 or newer is needed, this is $go"
	node=$(node --version)
	at_least "${node#v}" 20.19 || fail "Node 20.19 or newer is needed, this is $node"
}

# want PACKAGE FILE...: adds PACKAGE to the list unless one of the files is there.
missing=
want() {
	package=$1
	shift
	for file in "$@"; do
		[ -e "$file" ] && return
	done
	missing="$missing $package"
}

need_test() {
	want chromium /usr/bin/chromium
	want dovecot-imapd /usr/lib/dovecot/imap
	want dovecot-lmtpd /usr/lib/dovecot/lmtp
	want swaks /usr/bin/swaks
	# Without a Chinese font the browser measures and paints boxes.
	want fonts-noto-cjk /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
}

need_check() {
	need_test
	want gcc /usr/bin/gcc /usr/bin/cc
	want libc6-dev /usr/include/stdlib.h
}

install_missing() {
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null || fail "install these packages, then try again:$missing"
	if [ "$(id -u)" = 0 ]; then
		root=
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null </dev/null; then
		root="sudo -n"
	else
		fail "not root and no sudo without a password; run: sudo apt-get install --no-install-recommends$missing"
	fi
	case $missing in *dovecot*)
		# The tests start their own dovecot; Debian's service would open port 143 to the network.
		if [ -d /run/systemd/system ]; then
			$root systemctl mask --quiet dovecot.service dovecot.socket || true
		fi
	esac
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	echo "installing:$missing"
	# One update first: the lists of a fresh machine are empty or older than the mirror. It may fail for a
	# source that has nothing to do with these packages; whether they can be had, install says.
	# shellcheck disable=SC2086 # both are lists of words
	if ! {
		$root apt-get update -q || true
		$root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
	} >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		fail "could not install:$missing"
	fi
}

case ${1-} in
run) need_tools ;;
test) need_tools && need_test ;;
check) need_tools && need_check ;;
*) fail "usage: scripts/need.sh run|test|check" ;;
esac
install_missing

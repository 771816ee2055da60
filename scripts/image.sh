#!/bin/sh
# Builds the container image with the first of docker, podman and buildah that works here.
#
#   scripts/image.sh [FLAG...]    flags go to the engine, for example --pull=never
#
# IMAGE is the image's name (frontline).
set -eu
cd "$(dirname "$0")/.."

image=${IMAGE:-frontline}
version=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo unknown)}
set -- --build-arg "VERSION=$version" --tag "$image" "$@" .

# A client without its engine is no use, so each is asked and not only looked for.
if docker info >/dev/null 2>&1; then
	docker build "$@"
elif podman info >/dev/null 2>&1; then
	podman build --format=docker "$@" # the OCI format has no health check
elif buildah info >/dev/null 2>&1; then
	buildah build --format=docker "$@"
else
	echo "no working docker, podman or buildah; on Debian: sudo apt-get install buildah" >&2
	exit 1
fi
echo "built $image ($version)"

#!/bin/sh
# SPDX-License-Identifier: MIT
# A tour of sqsfs in a minute: builds it, mounts a queue service of its own on a
# temporary directory, shows what can be done there, and cleans up.
#
#	docs/quickstart.sh           the tour
#	docs/quickstart.sh --keep    the same, and leaves the mount for playing
#
# For Debian 12; as root, or as an ordinary user who may use fusermount3.
set -eu
cd "$(dirname "$0")/.."
. tests/lib/packages.sh

keep=
case ${1:-} in
'') ;;
--keep) keep=yes ;;
*)
	echo "usage: docs/quickstart.sh [--keep]" >&2
	exit 2
	;;
esac

stop() {
	echo "$*" >&2
	exit 1
}

may_mount() {
	[ -c /dev/fuse ] || stop "/dev/fuse is missing; in a container, add --device /dev/fuse --cap-add SYS_ADMIN"
	[ "$(id -u)" = 0 ] && return
	(: <>/dev/fuse) 2>/dev/null || stop "$(id -un) may not open /dev/fuse: as root, chmod 666 /dev/fuse"
}

build() {
	builds=$PWD
	[ -w "$builds" ] || builds=${XDG_CACHE_HOME:-$HOME/.cache}/sqsfs
	mkdir -p "$builds"
	build=$builds/build
	echo "Building in $build"
	if ! { [ -f "$build/build.ninja" ] || meson setup "$build" --buildtype=release; } >"$build.log" 2>&1 ||
		! ninja -C "$build" fs/sqsfs sqs/local/sqs-local >>"$build.log" 2>&1; then
		tail -n 30 "$build.log"
		stop "the build failed; all it said is in $build.log"
	fi
	rm -f "$build.log"
	PATH=$build/fs:$build/sqs/local:$PATH
}

leave() {
	if [ -d "$place/mnt" ] && grep -q " $place/mnt fuse" /proc/self/mounts; then
		cd /
		fusermount3 -u "$place/mnt" || fusermount3 -uz "$place/mnt"
	fi
	rm -rf --one-file-system "$place"
}

say() {
	printf '\n# %s\n' "$*"
}

# Shows a command as a person types it, then what it prints.
show() {
	printf '$ %s\n' "$1"
	eval "$1"
}

install_packages_for build mount
may_mount
build
place=$(mktemp -d "${TMPDIR:-/tmp}/sqsfs-tour.XXXXXX")
trap leave EXIT
trap 'exit 130' INT TERM
mkdir "$place/mnt"
cd "$place"

say 'A queue service of its own, kept in a directory, as a file system:'
show 'sqsfs -o wait=2 local:queues mnt'
cd mnt

say 'A directory is a queue, a new file in it is a message; the name is free.'
show 'mkdir jobs'
show "echo 'resize cat.png' > jobs/a"
show "echo 'resize dog.png' > jobs/b && sync jobs/b"
show 'cp /etc/debian_version jobs/'

say 'What was sent is gone from here: it waits in the queue.'
show 'ls jobs'

say 'Opening "next" receives a message. It is in flight now: a file, for as long as its lease.'
show 'cat jobs/next'
show 'ls -l jobs'
id=$(cd jobs && echo *-*)
show "getfattr -d jobs/$id"

say 'Removing the file deletes the message. Forgotten, it would come back to the queue.'
show "rm jobs/$id"

say 'A worker: next.NAME keeps a message under that name until it is done.'
show 'while cat jobs/next.me > ../job; do echo "done: $(cat ../job)" && rm jobs/next.me; done'

say 'Nothing is left, so the queue may go.'
show 'rmdir jobs'
show 'ls -A'

if [ -n "$keep" ]; then
	trap - EXIT
	say "The mount stays: $place/mnt"
	echo "To end it: fusermount3 -u $place/mnt && rm -r $place"
else
	say 'And the mount.'
	cd "$place"
	show 'fusermount3 -u mnt'
fi

#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need setpriv
mkdir "$tmp/queues"

# mounting.md: "In a user namespace of its own, as rootless containers have, it mounts without fusermount3 and without any right outside."
if unshare -Urm true 2>/dev/null; then
	# shellcheck disable=SC2016 # for the shell in the namespace
	unshare -Urm sh -c '
		path=$PATH
		PATH=/nonexistent "$1" "local:$2/queues" "$2/mnt" || exit 1
		PATH=$path
		mkdir "$2/mnt/q" && echo inside >"$2/mnt/q/f" && cat "$2/mnt/q/next" && umount "$2/mnt"
		' - "$(realpath "$(command -v "$SQSFS")")" "$tmp" >"$tmp/seen" || fail "it does not mount in a user namespace"
	[ "$(cat "$tmp/seen")" = inside ] || fail "seen: $(cat "$tmp/seen")"
fi
is_root || exit 0

# mounting.md: "Without the capability SYS_ADMIN the command says `Operation not permitted` in its one line."
! setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$SQSFS" "local:$tmp/other" "$mnt" 2>"$tmp/err" ||
	fail "it mounts without SYS_ADMIN"
[ "$(wc -l <"$tmp/err")" = 1 ] && grep -q 'Operation not permitted' "$tmp/err" || fail "it says $(cat "$tmp/err")"

# mounting.md: "A process in another mount namespace uses the mount as the others do."
mount_sqsfs "local:$tmp/third"
mkdir "$mnt/q" "$tmp/elsewhere"
# shellcheck disable=SC2016 # for the shell in the namespace
unshare -m sh -c 'mount --bind "$1/mnt" "$1/elsewhere" && cd "$1/elsewhere" && echo theirs >q/f && sync q/f' - "$tmp" ||
	fail "the mount cannot be used in another namespace"
names_are "$mnt/q" next || fail "not sent by close: $(names "$mnt/q")"
hear q theirs

#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need systemd-analyze systemd-escape
examples=$(cd "$(dirname "$0")/../../docs/examples" && pwd)
value_of() { # NAME FILE
	sed -n "s/^$1=//p" "$2"
}

# mounting.md: "The units pass `systemd-analyze verify`."
mkdir "$tmp/units"
cp "$examples"/*.mount "$examples"/*.automount "$tmp/units"
sed "s,/usr/bin/sqsfs,$(realpath "$(command -v "$SQSFS")")," "$examples/sqsfs.service" >"$tmp/units/sqsfs.service"
systemd-analyze verify --man=no "$tmp"/units/* >"$tmp/verify" 2>&1 || fail "$(cat "$tmp/verify")"
[ ! -s "$tmp/verify" ] || fail "$(cat "$tmp/verify")"
for unit in "$tmp"/units/*mount; do
	[ "$(systemd-escape -p --suffix="${unit##*.}" "$(value_of Where "$unit")")" = "$(basename "$unit")" ] ||
		fail "$unit: its name is not that of $(value_of Where "$unit")"
done

# mounting.md: "The lines of `docs/examples/fstab` become units that want the network, but for the one that is local."
generator=/lib/systemd/system-generators/systemd-fstab-generator
mkdir "$tmp/normal" "$tmp/early" "$tmp/late"
SYSTEMD_FSTAB="$examples/fstab" SYSTEMD_SYSROOT_FSTAB=/dev/null "$generator" "$tmp/normal" "$tmp/early" "$tmp/late" ||
	fail "$generator: status $?"
for name in mnt-queues.mount mnt-sqs.automount; do
	[ -e "$tmp/normal/remote-fs.target.wants/$name" ] || fail "$name is not of remote-fs.target"
done
for name in mnt-queues mnt-sqs; do
	! grep -q 'Before=local-fs' "$tmp/normal/$name.mount" || fail "$name.mount comes before the network"
done
[ "$(value_of What "$tmp/normal/mnt-jobs.mount")" = local:/var/lib/queues ] || fail "mnt-jobs.mount: $(cat "$tmp/normal/mnt-jobs.mount")"

# mounting.md: "What, Where, Type and Options of the mount unit are what mount(8) mounts."
unit=$examples/mnt-queues.mount
line=$(printf '%s %s %s %s' "$(value_of What "$unit")" "$(value_of Where "$unit")" "$(value_of Type "$unit")" "$(value_of Options "$unit")")
grep -v '^#' "$examples/fstab" | tr -s ' ' | sed 's/nofail,//' | grep -q -F -x "$line 0 0" || fail "the unit and fstab differ: $line"
is_root && [ -x /sbin/mount.fuse3 ] || exit 0
mkdir "$tmp/bin"
cp "$(command -v "$SQSFS")" "$tmp/bin/sqsfs"
# The same with queues that are here.
# shellcheck disable=SC2016 # for the shell in the namespace
unshare -m sh -c '
	mount --bind "$1/bin" /usr/local/bin &&
		mount -t "$2" -o "$3" "local:$1/queues" "$1/mnt" &&
		stat -c "%u %g %a" "$1/mnt" && mkdir "$1/mnt/q" && umount "$1/mnt"
	' - "$tmp" "$(value_of Type "$unit")" "$(value_of Options "$unit")" >"$tmp/seen" || fail "the unit's options do not mount"
[ "$(cat "$tmp/seen")" = '1000 1000 770' ] || fail "mounted as $(cat "$tmp/seen")"

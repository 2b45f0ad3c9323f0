#!/bin/sh
# SPDX-License-Identifier: MIT
# semantics.md: "`mount -t fuse.sqsfs SOURCE DIR -o ...` and /etc/fstab work; `_netdev`, `nofail`, `user` and `x-*` options are ignored."
. "$(dirname "$0")/../lib/mount.sh"
is_root || skip "needs root: to mount with another fstab"
[ -x /sbin/mount.fuse3 ] || skip "/sbin/mount.fuse3 is missing: apt install fuse3"
need setpriv

# The rest runs in a namespace of mounts of its own, where sqsfs is as if installed.
if [ "${IN_NAMESPACE:-}" = '' ]; then
	mkdir "$tmp/bin"
	cp "$(command -v "$SQSFS")" "$tmp/bin/sqsfs"
	IN_NAMESPACE=$tmp unshare -m sh -c 'mount --bind "$1/bin" /usr/local/bin && sh "$2"' - "$tmp" "$0"
	exit
fi
chmod 755 "$tmp"
fstab=$tmp/fstab
# A line of fstab for the mount point; the directory of the queues is always the same.
line() { # OPTIONS
	echo "local:$tmp/queues $mnt fuse.sqsfs $1 0 0" >"$fstab"
}
has_mount() {
	grep -q "^local:$tmp/queues $mnt fuse.sqsfs ${1:-}" /proc/self/mounts
}
daemon() {
	pgrep -f -x "sqsfs local:$tmp/queues $mnt .*"
}
# Waits for the end, since the directory has one owner at a time.
unmount_point() {
	pid=$(daemon)
	umount "$mnt" || fail "umount: status $?"
	for one in $pid; do
		await 20 is_gone "$one"
	done
}

# mounting.md: "`mount /mnt/queues` mounts what fstab says, with its options; `umount /mnt/queues` ends it, and the queues are there at the next mount."
line noauto,nofail,_netdev,nosuid,nodev,noexec,wait=3,x-systemd.automount,allow_other,uid=1234,gid=5678,umask=007
mount -T "$fstab" "$mnt" || fail "mount: status $?"
has_mount rw,nosuid,nodev,noexec || fail "mounted: $(grep "$mnt" /proc/self/mounts)"
mkdir "$mnt/q" && echo hello >"$mnt/q/f" || fail "not usable"
unmount_point
! has_mount || fail "umount left it"
mount -T "$fstab" "$mnt" || fail "mount again: status $?"
[ "$(cat "$mnt/q/next")" = hello ] || fail "the message is lost"

# mounting.md: "With `allow_other`, `uid=`, `gid=` and `umask=007` the owner and the group read and write, and others may not enter."
as() { # UID GID COMMAND...
	setpriv --reuid="$1" --regid="$2" --clear-groups sh -c "$3" 2>/dev/null
}
as 1234 1 "echo owner >$mnt/q/f" || fail "the owner may not write"
as 1 5678 "cat $mnt/q/next" >/dev/null || fail "the group may not read"
! as 1 1 "ls $mnt" || fail "others may enter"
unmount_point

# mounting.md: "`mount -a` leaves out `noauto`, and with `-O no_netdev` what has `_netdev`."
mount -a -T "$fstab" || fail "mount -a: status $?"
! has_mount || fail "noauto was mounted"
line _netdev,nofail
mount -a -T "$fstab" -O no_netdev || fail "mount -a -O no_netdev: status $?"
! has_mount || fail "_netdev was mounted"
mount -a -T "$fstab" || fail "mount -a: status $?"
has_mount || fail "mount -a did not mount"
unmount_point

# mounting.md: "An option that mount(8) or fstab(5) know is accepted; one that nobody knows is refused."
for options in defaults rw ro suid,dev,exec nosuid,nodev,noexec user users nouser nousers owner group noowner,nogroup \
	auto noauto nofail _netdev sync async dirsync atime noatime diratime nodiratime relatime norelatime \
	strictatime nostrictatime lazytime nolazytime iversion noiversion mand nomand nosymfollow silent loud \
	comment=text x-systemd.mount-timeout=30 x-systemd.requires=network-online.target X-mount.mkdir; do
	line "$options"
	mount -T "$fstab" "$mnt" || fail "$options: status $?"
	has_mount || fail "$options: not mounted"
	unmount_point
done
line no-such-option
! mount -T "$fstab" "$mnt" 2>"$tmp/err" || fail "no-such-option was accepted"
grep -q no-such-option "$tmp/err" || fail "it says $(cat "$tmp/err")"

# mounting.md: "With `user` in the line its user mounts, and umounts, and the files are that user's."
rm -rf "$tmp/queues"
mkdir "$tmp/queues"
chown 65534:65534 "$tmp/queues" "$mnt" "$HOME"
line noauto,user
# Only root may name another fstab.
mount --bind "$fstab" /etc/fstab
as 65534 65534 "mount $mnt" || fail "the user may not mount"
[ "$(as 65534 65534 "mkdir $mnt/theirs && stat -c %u $mnt/theirs")" = 65534 ] || fail "the files are not the user's"
as 65534 65534 "umount $mnt" || fail "the user may not umount"

# mounting.md: "Where it is missing, the command says so in its one line."
mkdir "$tmp/others"
chown 65534:65534 "$tmp/others"
echo '# nothing' >"$tmp/fuse.conf"
mount --bind "$tmp/fuse.conf" /etc/fuse.conf
! setpriv --reuid=65534 --regid=65534 --clear-groups sqsfs -o allow_other "local:$tmp/others" "$mnt" 2>"$tmp/err" ||
	fail "allow_other for everybody"
[ "$(wc -l <"$tmp/err")" = 1 ] && grep -q user_allow_other "$tmp/err" || fail "it says $(cat "$tmp/err")"

#!/bin/sh
# SPDX-License-Identifier: MIT
# What is tried and cannot be: each fails with one errno, and nothing is lost by it.
. "$(dirname "$0")/../lib/mount.sh"
need setfattr setfacl
mount_sqsfs -o wait=1,visibility=600
mkdir "$mnt/q" "$mnt/other"
say held q
hear q held
mv "$mnt/q/$(held q)" "$mnt/q/held" || fail "a message cannot be renamed"
printf draft >"$mnt/q/a.tmp"
printf other >"$mnt/q/b.tmp"

# A table of system calls: what it is, the errno or the result, the call. q is a queue,
# MNT the mount; a.tmp and b.tmp are drafts, held is a message in flight.
cat >"$tmp/calls.py" <<'END'
import ctypes, errno, fcntl, mmap, os, sys, time
MNT = sys.argv[1]
os.chdir(MNT + "/q")
libc = ctypes.CDLL(None, use_errno=True)
NOREPLACE, EXCHANGE, WHITEOUT = 1, 2, 4
CREATE, REPLACE = os.XATTR_CREATE, os.XATTR_REPLACE

def renameat2(old, new, flags):
    if libc.renameat2(-100, old.encode(), -100, new.encode(), flags):
        raise OSError(ctypes.get_errno(), "")

def draft(flags=os.O_RDWR):
    return os.open("a.tmp", flags)

def allocate(fd, mode):
    if libc.fallocate(fd, mode, ctypes.c_long(0), ctypes.c_long(10)):
        raise OSError(ctypes.get_errno(), "")

def twice(flags):
    for _ in 1, 2:
        os.setxattr("a.tmp", "user.sqs.attr.twice", b"x", flags)

def eleven():
    for n in range(11):
        os.setxattr("b.tmp", "user.sqs.attr.n%d" % n, b"x")

calls = [
    # semantics.md: "Hard links, symbolic links and device files fail with EPERM."
    ("link", "EPERM", lambda: os.link("a.tmp", "c.tmp")),
    ("link of a message", "EPERM", lambda: os.link("held", "c")),
    ("symlink", "EPERM", lambda: os.symlink("a.tmp", "c.tmp")),
    ("mknod of a pipe", "EPERM", lambda: os.mkfifo("c")),
    ("a pipe in the root", "EPERM", lambda: os.mkfifo("../c")),
    # semantics.md: "| creating a file | none | 0 | EPERM |"
    ("a file in the root", "EPERM", lambda: open("../c", "w")),
    ("a link in the root", "EPERM", lambda: os.symlink("q", "../c")),
    ("unlink of .stats", "EPERM", lambda: os.unlink("../.stats")),
    ("unlink of a queue", "EISDIR", lambda: os.unlink("../q")),
    ("rmdir of a draft", "ENOTDIR", lambda: os.rmdir("a.tmp")),
    # semantics.md: "RENAME_NOREPLACE is honoured; RENAME_EXCHANGE and RENAME_WHITEOUT fail with EINVAL."
    ("exchange", "EINVAL", lambda: renameat2("a.tmp", "b.tmp", EXCHANGE)),
    ("whiteout", "EINVAL", lambda: renameat2("a.tmp", "b.tmp", WHITEOUT)),
    ("noreplace", "EEXIST", lambda: renameat2("a.tmp", "b.tmp", NOREPLACE)),
    ("rename onto itself", None, lambda: os.rename("a.tmp", "a.tmp")),
    # semantics.md: "A message in flight is never overwritten: renaming something to its name fails with EEXIST."
    ("rename over a message", "EEXIST", lambda: os.rename("a.tmp", "held")),
    ("a message over a draft", "EEXIST", lambda: os.rename("held", "a.tmp")),
    # semantics.md: "Renaming a draft to `next`, `next.NAME` or `.sqs` fails with EPERM."
    ("rename to next", "EPERM", lambda: os.rename("a.tmp", "next")),
    ("rename to next.NAME", "EPERM", lambda: os.rename("a.tmp", "next.a")),
    ("rename of .sqs", "EPERM", lambda: os.rename(".sqs", "sqs")),
    ("rename into .sqs", "EXDEV", lambda: os.rename("a.tmp", ".sqs/a")),
    ("rename to another queue", "EXDEV", lambda: os.rename("a.tmp", "../other/a")),
    ("a message to another queue", "EXDEV", lambda: os.rename("held", "../other/a")),
    ("rename out of the mount", "EXDEV", lambda: os.rename("a.tmp", MNT + ".a")),
    # semantics.md: "| rename of a queue | none | 0 | EPERM |"
    ("rename of a queue", "EPERM", lambda: os.rename("../q", "../r")),
    # semantics.md: "O_TMPFILE and fallocate fail with EOPNOTSUPP, which programs take as a hint to write; copy_file_range reads and writes."
    ("O_TMPFILE", "EOPNOTSUPP", lambda: os.open(".", os.O_TMPFILE | os.O_RDWR)),
    ("fallocate", "EOPNOTSUPP", lambda: allocate(draft(), 0)),
    ("fallocate, keeping the size", "EOPNOTSUPP", lambda: allocate(draft(), 1)),
    ("copy_file_range", None, lambda: os.copy_file_range(draft(), os.open("c.tmp", os.O_RDWR | os.O_CREAT), 3)),
    ("rm of what it wrote", None, lambda: os.unlink("c.tmp")),
    ("posix_fallocate", None, lambda: os.posix_fallocate(draft(), 0, 3)),
    # semantics.md: "A shared mapping of a file fails with ENODEV; a private one, of a message, works."
    ("a shared mapping", "ENODEV", lambda: mmap.mmap(draft(), 1, mmap.MAP_SHARED)),
    ("a private mapping of a message", None, lambda: mmap.mmap(os.open("held", os.O_RDONLY), 1, mmap.MAP_PRIVATE)),
    ("flock", None, lambda: fcntl.flock(draft(), fcntl.LOCK_EX | fcntl.LOCK_NB)),
    ("lockf", None, lambda: fcntl.lockf(draft(), fcntl.LOCK_EX | fcntl.LOCK_NB)),
    ("O_DIRECT", None, lambda: os.read(draft(os.O_RDONLY | os.O_DIRECT), 1)),
    # semantics.md: "| truncate, chmod, chown, utimens, setxattr of a draft | local | 0 | EINVAL for a bad attribute, EFBIG for a size that no message can have |"
    ("truncate to more than a message", "EFBIG", lambda: os.truncate("a.tmp", 3 << 20)),
    ("a write far behind the end", "EFBIG", lambda: os.pwrite(draft(os.O_WRONLY), b"x", 3 << 20)),
    ("chmod", None, lambda: os.chmod("a.tmp", 0o644)),
    ("chown", None, lambda: os.chown("a.tmp", os.getuid(), os.getgid())),
    ("utime of a draft", None, lambda: os.utime("a.tmp", (0, 0))),
    ("utime of a queue", None, lambda: os.utime(".")),
    ("chmod of a queue", None, lambda: os.chmod(".", 0o755)),
    # semantics.md: "chmod and chown of a message change nothing; a time that is past, or more than 12 hours ahead, fails with EINVAL."
    ("chmod of a message", None, lambda: os.chmod("held", 0o644)),
    ("a lease in the past", "EINVAL", lambda: os.utime("held", (1, 1))),
    ("a lease of 13 hours", "EINVAL", lambda: os.utime("held", (time.time() + 13 * 3600,) * 2)),
    ("truncate of a message", "EPERM", lambda: os.truncate("held", 0)),
    ("append to a message", "EPERM", lambda: open("held", "a")),
    ("utime of next", "EPERM", lambda: os.utime("next")),
    # semantics.md: "XATTR_CREATE and XATTR_REPLACE are honoured; an eleventh message attribute fails with EINVAL."
    ("XATTR_CREATE twice", "EEXIST", lambda: twice(CREATE)),
    ("XATTR_REPLACE", None, lambda: twice(REPLACE)),
    ("XATTR_REPLACE of none", "ENODATA", lambda: os.setxattr("a.tmp", "user.sqs.attr.none", b"x", REPLACE)),
    ("eleven attributes", "EINVAL", eleven),
    ("removexattr", None, lambda: os.removexattr("a.tmp", "user.sqs.attr.twice")),
    ("removexattr of none", "ENODATA", lambda: os.removexattr("a.tmp", "user.sqs.attr.twice")),
    ("getxattr of none", "ENODATA", lambda: os.getxattr("a.tmp", "user.sqs.attr.none")),
    # semantics.md: "Other namespaces fail with ENOTSUP."
    ("another namespace", "ENOTSUP", lambda: os.setxattr("a.tmp", "user.comment", b"x")),
    ("an attribute of a message", "ENOTSUP", lambda: os.setxattr("held", "user.sqs.attr.a", b"x")),
    ("an attribute of a directory", "ENOTSUP", lambda: os.setxattr(".", "user.sqs.attr.a", b"x")),
    # semantics.md: "A group has no `next`, no `.sqs` and no groups: mkdir in it fails with EPERM."
    ("a group", None, lambda: os.mkdir("g")),
    ("a group in a group", "EPERM", lambda: os.mkdir("g/h")),
    ("next of a group", "ENOENT", lambda: open("g/next")),
    ("rename of a group", "EPERM", lambda: os.rename("g", "h")),
    ("a message to a group", "EXDEV", lambda: os.rename("held", "g/held")),
    ("a group's name with a space", "EINVAL", lambda: os.mkdir("a b")),
    ("a group's name that is too long", "EINVAL", lambda: os.mkdir("g" * 129)),
    ("a group called next", "EEXIST", lambda: os.mkdir("next")),
    ("a group called .sqs", "EEXIST", lambda: os.mkdir(".sqs")),
    ("a file called next", "EEXIST", lambda: os.open("next", os.O_CREAT | os.O_EXCL | os.O_WRONLY)),
    # semantics.md: "A name of more than 255 bytes fails with ENAMETOOLONG."
    ("a long name", "ENAMETOOLONG", lambda: open("n" * 256, "w")),
    ("rename to a long name", "ENAMETOOLONG", lambda: os.rename("a.tmp", "n" * 256)),
    # semantics.md: "Nothing can be made, renamed or removed in `.sqs` but tags: EPERM."
    ("a file in .sqs", "EPERM", lambda: open(".sqs/new", "w")),
    ("a directory in .sqs", "EPERM", lambda: os.mkdir(".sqs/new")),
    ("rm of a control", "EPERM", lambda: os.unlink(".sqs/lines")),
    ("rmdir of the inbox", "EPERM", lambda: os.rmdir(".sqs/inbox")),
    ("rmdir of .sqs", "EPERM", lambda: os.rmdir(".sqs")),
    ("an attribute that is none", "EPERM", lambda: open(".sqs/attributes/Nope", "w")),
    ("reading one", "ENOENT", lambda: open(".sqs/attributes/Nope")),
    ("reading lines", "EACCES", lambda: open(".sqs/lines")),
    ("reading purge", "EACCES", lambda: open(".sqs/purge")),
    ("writing to dump", "EACCES", lambda: open(".sqs/dump", "w")),
    ("writing to sources", "EACCES", lambda: open(".sqs/sources", "w")),
    ("writing an ARN", "EACCES", lambda: open(".sqs/attributes/QueueArn", "w")),
    ("rename of a tag", "EPERM", lambda: (open(".sqs/tags/t", "w").write("v\n"), os.rename(".sqs/tags/t", ".sqs/tags/u"))),
    ("rm of a tag", None, lambda: os.unlink(".sqs/tags/t")),
    ("rm of no tag", "ENOENT", lambda: os.unlink(".sqs/tags/t")),
]
wrong = 0
for name, expected, call in calls:
    try:
        call()
        seen = None
    except OSError as e:
        seen = errno.errorcode[e.errno]
    if seen == "ENOTSUP" and expected == "EOPNOTSUPP":
        seen = expected  # one number, two names
    if seen != expected:
        wrong += 1
        print("WRONG %s: %s, expected %s" % (name, seen, expected))
print(len(calls), "calls,", wrong, "wrong")
sys.exit(wrong != 0)
END
python3 "$tmp/calls.py" "$mnt" || fail "see above"

# Nothing was lost, and nothing sent, by all that.
sync "$mnt/q"
[ "$(cat "$mnt/q/a.tmp")" = draft ] || fail "a.tmp is $(cat "$mnt/q/a.tmp")"
[ "$(cat "$mnt/q/b.tmp" "$mnt/q/held")" = otherheld ] || fail "$(cat "$mnt/q/b.tmp" "$mnt/q/held")"
names_are "$mnt/q" "a.tmp b.tmp g held next" || fail "ls shows $(names "$mnt/q")"
hear q
names_are "$mnt/other" next || fail "ls of another queue shows $(names "$mnt/other")"

# semantics.md: "chmod, chown, utimens and POSIX ACLs are accepted on files that are being sent and change nothing at the service."
setfacl -m u:1:r "$mnt/q/a.tmp" && setfacl -b "$mnt/q/a.tmp" || fail "an ACL of a draft"
echo text >"$tmp/acl"
if setfacl -m u:1:r "$tmp/acl" 2>/dev/null; then
	cp -p "$tmp/acl" "$mnt/other/" || fail "cp -p of a file with an ACL"
	mv "$tmp/acl" "$mnt/other/" 2>"$tmp/err" && [ ! -s "$tmp/err" ] || fail "mv of a file with an ACL: $(cat "$tmp/err")"
	drain other "$tmp/acls"
	[ "$drained" = 2 ] || fail "$drained of 2"
fi

#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs
mkdir "$mnt/q" "$mnt/other"

# semantics.md: "A file whose name matches `-o draft=GLOBS` (default `.*:*.tmp:*.part:*.swp:*~`) is a draft: it is never sent under that name."
for name in .hidden a.tmp b.part c.swp d~; do
	echo "draft $name" >"$mnt/q/$name" || fail "write of $name"
done
names_are "$mnt/q" ".hidden a.tmp b.part c.swp d~ next" || fail "ls shows $(names "$mnt/q")"
sync "$mnt/q"
hear q

# semantics.md: "A draft can be read back, rewritten, truncated and removed as any file."
[ "$(cat "$mnt/q/a.tmp")" = "draft a.tmp" ] || fail "read back: $(cat "$mnt/q/a.tmp")"
[ "$(stat -c %s "$mnt/q/a.tmp")" = 12 ] || fail "size $(stat -c %s "$mnt/q/a.tmp")"
echo more >>"$mnt/q/a.tmp"
truncate -s 3 "$mnt/q/b.part"
[ "$(cat "$mnt/q/a.tmp")" = "draft a.tmp
more" ] || fail "appended: $(cat "$mnt/q/a.tmp")"
[ "$(cat "$mnt/q/b.part")" = dra ] || fail "truncated: $(cat "$mnt/q/b.part")"
rm "$mnt/q/d~" || fail "rm of a draft"
[ ! -e "$mnt/q/d~" ] || fail "a removed draft is there"

# semantics.md: "Renaming a draft to another draft's name keeps it a draft."
mv "$mnt/q/c.swp" "$mnt/q/e.tmp" || fail "rename to a draft's name"
[ "$(cat "$mnt/q/e.tmp")" = "draft c.swp" ] || fail "renamed: $(cat "$mnt/q/e.tmp")"

# semantics.md: "Renaming over a draft or an unsent file replaces it."
mv "$mnt/q/.hidden" "$mnt/q/e.tmp" || fail "rename over a draft"
[ "$(cat "$mnt/q/e.tmp")" = "draft .hidden" ] || fail "replaced: $(cat "$mnt/q/e.tmp")"
sync "$mnt/q"
hear q

# semantics.md: "Renaming a draft to a name that is not a draft's completes it: it is sent in the background."
# semantics.md: "rename(2) answers at once; `sync FILE` then tells the outcome, and `-o sync` makes rename wait for it, at most a few seconds."
mv "$mnt/q/e.tmp" "$mnt/q/ready" && sync "$mnt/q/ready" || fail "rename and sync"
hear q "draft .hidden"
hear q

# semantics.md: "Rename to another queue fails with EXDEV, so that `mv` copies, which sends, and then removes: when the send fails the source stays."
python3 - "$mnt/q/a.tmp" "$mnt/other/sent" <<'END' || fail "rename between queues is not EXDEV"
import errno, os, sys
try:
    os.rename(sys.argv[1], sys.argv[2])
except OSError as e:
    sys.exit(e.errno != errno.EXDEV)
sys.exit(1)
END
mv "$mnt/q/a.tmp" "$mnt/other/sent" || fail "mv between queues"
[ ! -e "$mnt/q/a.tmp" ] || fail "mv left the draft"
hear other "draft a.tmp
more"

# A mount may have its own idea of a draft.
rm "$mnt/q/b.part" "$mnt/q/$(held q)"
remount -o 'draft=*.wip:_*'
echo x >"$mnt/q/_a"
echo y >"$mnt/q/b.wip"
echo z >"$mnt/q/c.tmp"
names_are "$mnt/q" "_a b.wip next" || fail "draft=: ls shows $(names "$mnt/q")"
hear q z

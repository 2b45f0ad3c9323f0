#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need scanimage
expect_errors_in_log
start_server
mount_sqsfs -o wait=1 "$endpoint"
mkdir "$mnt/scans"
# The scanner is SANE's own test device.
scan() { # PAGES
	scanimage -d test -x 10 -y 10 --batch="$mnt/scans/page%d.pnm" --batch-count="$1" 2>"$tmp/err" ||
		fail "scanimage: $(cat "$tmp/err")"
}

# recipes.md: "scanimage writes `page1.png.part` and renames it, so that each page is one message."
scan 2
sync "$mnt/scans"
drain scans "$tmp/came"
[ "$drained" = 2 ] || fail "$drained messages for 2 pages"
for page in "$tmp"/came/*; do
	[ "$(head -c 2 "$page")" = P5 ] || fail "$page is no picture"
done
find "$mnt/scans" -type f ! -name next -delete

# recipes.md: "A page that could not be sent because the service failed stays in the directory, and is sent by itself when it can be."
faults 'SendMessage* error=InternalError'
scan 1
await 10 names_are "$mnt/scans" 'next page1.pnm'
faults ''
await 60 names_are "$mnt/scans" next
[ "$(hear_body scans | head -c 2)" = P5 ] || fail "the page did not come"

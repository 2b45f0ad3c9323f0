#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles alone, with gcc and with clang.
. "$(dirname "$0")/common.sh"

flags=$(pkg-config --cflags fuse3 libxml-2.0 jansson libmicrohttpd libcurl sqlite3 2>/dev/null || true)
clang=$(command -v clang || command -v clang-14 || true)

for header in $(sources | grep '\.h$'); do
	for cc in gcc $clang; do
		# shellcheck disable=SC2086 # a list of words
		"$cc" -std=gnu17 -Wall -Wextra -Werror -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 $flags \
			-I. -fsyntax-only -x c -include "$header" /dev/null 2>"$complaints.cc" ||
			complain "$header: does not compile alone with $cc: $(grep -m 1 error "$complaints.cc")"
	done
done
rm -f "$complaints.cc"
finish

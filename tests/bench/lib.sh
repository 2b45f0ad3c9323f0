# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the scripts that measure share:
#
#	takes_write "$@"            whether the first argument is --write
#	build TARGET...             an optimised build of these, in $build
#	await SECONDS COMMAND...    until the command succeeds
#	fail WORDS                  the end, with a line that says why
#	$awk_median                 a function of awk
#	machine                     where and when it was measured
#	publish FILE BEGIN END      the table: printed, and with --write put into the page
#
# Set by this file: $root, the source tree; $build (SQSFS_BENCH_BUILD changes it);
# $write, empty until --write is seen.
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${SQSFS_BENCH_BUILD:-$root/build-bench}
write=

fail() {
	echo "$(basename "$0"): $*" >&2
	exit 1
}

# The caller shifts.
takes_write() { # [ARGUMENT]...
	[ "${1-}" = --write ] || return 1
	write=yes
}

build() { # TARGET...
	if [ ! -f "$build/build.ninja" ]; then
		meson setup "$build" "$root" --buildtype=release >/dev/null
	fi
	ninja -C "$build" "$@" >/dev/null
}

await() { # SECONDS COMMAND...
	await_s=$1
	tries=$((await_s * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || fail "not in $await_s s: $*"
		sleep 0.05
	done
}

# median(LIST, N): of LIST[1] to LIST[N], which it sorts.
# shellcheck disable=SC2034 # for those who read this file
awk_median='
	function median(list, n,  i, j, t) {
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
				t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
			}
		return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
	}'

machine() {
	echo "$(nproc) processors ($(uname -m)), Linux $(uname -r), $(date +%Y-%m-%d)"
}

# In docs/benchmarks.md the file takes the place of what stands between the two marks.
publish() { # FILE BEGIN END
	cat "$1"
	[ -n "$write" ] || return 0
	awk -v file="$1" -v begin="<!-- $2 -->" -v end="<!-- $3 -->" '
		index($0, begin) { print; while ((getline line < file) > 0) print line; skip = 1; next }
		index($0, end) { skip = 0 }
		!skip { print }' "$root/docs/benchmarks.md" >"$1.page"
	cp "$1.page" "$root/docs/benchmarks.md"
}

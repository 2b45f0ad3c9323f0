#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds everything and runs every test; the last line counts them.
#
#	tests/run.sh                   all of it
#	tests/run.sh --quick           one build, and of the tests what takes seconds
#	tests/run.sh --suite mount     one suite of one build; may be repeated; with --quick
#	                               its heavy tests are smaller
#	tests/run.sh --build asan      one build with what is run of it
#
# Suites: lint unit client model fuzz interop mount recipes. Builds: gcc clang asan tsan. They go to build-NAME here, or
# below $SQSFS_BUILDS, or, where neither may be written, to the user's cache.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/packages.sh

passed=0 failed=0 skipped=0

usage() {
	echo "usage: tests/run.sh [--quick] [--suite NAME]... [--build NAME]..." >&2
	exit 2
}

is_quick=
suites=
some_builds=
while [ $# -gt 0 ]; do
	case $1 in
	--quick) is_quick=yes ;;
	--suite)
		[ $# -ge 2 ] || usage
		suites="$suites $2"
		shift
		;;
	--build)
		[ $# -ge 2 ] || usage
		some_builds="$some_builds $2"
		shift
		;;
	*) usage ;;
	esac
	shift
done

builds=${SQSFS_BUILDS:-$PWD}
if [ ! -w "$builds" ]; then
	builds=${XDG_CACHE_HOME:-$HOME/.cache}/sqsfs
	mkdir -p "$builds"
fi

# Heavy tests at a size that a sanitizer's tenfold cost still allows.
smaller() {
	env MAIN_JOB_FILES=500 MANY_LINES=3200 CRASH_ROUNDS=2 WAITING_READERS=200 LONG_RUN=4000 "$@"
}

# What a build is: its compiler and options.
configure() { # NAME
	[ -f "$builds/build-$1/build.ninja" ] && return
	case $1 in
	gcc) CC=gcc meson setup "$builds/build-$1" --buildtype=release ;;
	clang) CC=clang meson setup "$builds/build-$1" ;;
	asan) CC=gcc meson setup "$builds/build-$1" -Db_sanitize=address,undefined ;;
	tsan) CC=gcc meson setup "$builds/build-$1" -Db_sanitize=thread ;;
	esac
}

# Runs the tests where the sanitizers can do their work.
launch() { # NAME COMMAND...
	build=$1
	shift
	case $build in
	asan) smaller env ASAN_OPTIONS=detect_stack_use_after_return=1 \
		UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "$@" ;;
	# Some kernels place memory where this sanitizer does not expect it.
	tsan) smaller setarch -R env TSAN_OPTIONS=second_deadlock_stack=1 "$@" ;;
	*) if [ -n "$is_quick" ]; then smaller "$@"; else "$@"; fi ;;
	esac
}

# Adds up what meson wrote of its tests, one JSON object a line.
count() { # FILE
	counts=$(python3 -c '
import collections, json, sys
seen = collections.Counter(json.loads(line)["result"] for line in open(sys.argv[1]))
ok = seen.pop("OK", 0) + seen.pop("EXPECTEDFAIL", 0)
skipped = seen.pop("SKIP", 0)
print(ok, sum(seen.values()), skipped)' "$1") || counts="0 1 0"
	# shellcheck disable=SC2086 # three numbers
	set -- $counts
	passed=$((passed + $1))
	failed=$((failed + $2))
	skipped=$((skipped + $3))
}

run() { # BUILD SUITE...
	build=$1
	shift
	dir=$builds/build-$build
	echo
	echo "== $build: $*"
	if ! configure "$build" >"$dir.log" 2>&1 || ! meson compile -C "$dir" >>"$dir.log" 2>&1; then
		echo "the build $build failed:"
		grep -e 'error:' -e 'ERROR' -e 'FAILED:' "$dir.log" | head -n 20
		failed=$((failed + 1))
		return
	fi
	began=$(date +%s)
	arguments=
	for suite; do
		arguments="$arguments --suite $suite"
	done
	rm -f "$dir/meson-logs/run.json"
	# Twice as many as there are processors: the tests wait more than they compute.
	# shellcheck disable=SC2086 # a list of words
	launch "$build" meson test -C "$dir" --no-rebuild --logbase run --print-errorlogs \
		--num-processes $((2 * $(nproc))) \
		--timeout-multiplier "${TIMEOUT_MULTIPLIER:-1}" $arguments || true
	count "$dir/meson-logs/run.json"
	echo "== $build took $(($(date +%s) - began)) s"
}

install_packages_for build mount test recipe || exit 1

# What is run of a build.
suites_of() { # BUILD
	case $1 in
	gcc) echo lint unit client model interop mount recipes ;;
	clang) echo unit client model fuzz ;;
	asan | tsan) echo unit client model mount ;;
	*) usage ;;
	esac
}

if [ -n "$suites" ]; then
	one_build=$(echo "${some_builds:-gcc}" | tr -d ' ')
	for suite in $suites; do
		case $suite in
		fuzz) run clang fuzz ;; # it needs clang
		*) run "$one_build" "$suite" ;;
		esac
	done
elif [ -n "$is_quick" ]; then
	run gcc lint unit client model
else
	for build in ${some_builds:-gcc clang asan tsan}; do
		# shellcheck disable=SC2046 # a list of words
		run "$build" $(suites_of "$build")
	done
fi

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Verbs for mount tests. A test is a script that begins with the claim it tests,
# reads this file, and uses the verbs, those of verbs.sh too; what it leaves behind is
# cleaned up whatever happens.
#
#	# semantics.md: "..."
#	. "$(dirname "$0")/../lib/mount.sh"
#	mount_sqsfs
#	mkdir "$mnt/jobs"
#	say hello jobs
#	hear jobs hello
#
# SQSFS and SQS_LOCAL name the programs under test. Exit status 77 is "skipped".
# Set by this file: $tmp, a directory of the test's own; $mnt, the mount point.
# shellcheck source=../lib/verbs.sh
. "$(dirname "$0")/../lib/verbs.sh"

SQSFS=${SQSFS:-sqsfs}

is_root() {
	[ "$(id -u)" = 0 ]
}

# Who may not use fusermount3 may still mount in a namespace of their own.
enter_namespace() {
	[ -c /dev/fuse ] || skip "/dev/fuse is missing"
	is_root && return
	# A device's mode may allow what a container forbids: try.
	(: <>/dev/fuse) 2>/dev/null || skip "/dev/fuse may not be opened by $(id -un)"
	command -v fusermount3 >/dev/null && return
	unshare -Urm true 2>/dev/null || skip "fusermount3 is missing: apt install fuse3"
	exec unshare -Urm sh "$0" "$@"
}
enter_namespace "$@"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/sqsfs-test.XXXXXX")
mnt=$tmp/mnt
log=$tmp/sqsfs.log
mkdir "$mnt"
: >"$log"
export HOME="$tmp/home" XDG_STATE_HOME="$tmp/state"
mkdir "$HOME"
unset AWS_PROFILE AWS_ENDPOINT_URL AWS_ENDPOINT_URL_SQS AWS_REGION AWS_DEFAULT_REGION
export AWS_ACCESS_KEY_ID=AKIDTEST AWS_SECRET_ACCESS_KEY=secret AWS_EC2_METADATA_DISABLED=true

sqsfs_pid=
server_dir=$tmp/served
errors_are_expected=

#
# Waiting
#

# Whether the process sleeps in open(2): it waits for a message.
waits_in_open() { # PID...
	for waiter; do
		case $(uname -m)-$(cut -d ' ' -f 1 "/proc/$waiter/syscall") in
		x86_64-257 | aarch64-56) ;;
		*) return 1 ;;
		esac
	done
}

#
# The mount
#

# Read, not looked up: the kernel remembers names of a mount whose sqsfs is dead.
is_mounted() {
	grep -q " $mnt fuse" /proc/self/mounts && cat "$mnt/.stats" >/dev/null 2>&1
}

# A running mount that answers; its log is $log. What it receives is its own for ten minutes,
# longer than any test holds it: a test of leases says visibility=, or visibility=queue for
# those of the queues.
mount_sqsfs() { # [-o OPTIONS] [SOURCE]
	mount_options=wait=5,visibility=600
	if [ "${1:-}" = -o ]; then
		mount_options=$mount_options,$2
		shift 2
	fi
	case ,$mount_options, in
	*,visibility=queue,*) mount_options=$(echo ",$mount_options," | sed 's/,visibility=[^,]*//g; s/^,//; s/,$//') ;;
	esac
	"$SQSFS" -f -o "$mount_options" "${1:-local:$tmp/queues}" "$mnt" >>"$log" 2>&1 &
	sqsfs_pid=$!
	await 20 mounted_or_dead
	is_mounted || fail "sqsfs did not mount: $(cat "$log")"
}

mounted_or_dead() {
	is_mounted || is_gone "$sqsfs_pid"
}

detach() { # [-z]
	if is_root; then
		umount ${1:+-l} "$mnt"
	else
		fusermount3 -u ${1:+-z} "$mnt"
	fi 2>>"$tmp/detach.log"
}

# Unmounts as a person does, and expects that sqsfs ends by itself, satisfied.
unmount() {
	detach || fail "cannot unmount: $(cat "$tmp/detach.log")"
	await 40 is_gone "$sqsfs_pid"
	wait "$sqsfs_pid" || fail "sqsfs ended with status $?: $(tail -n 20 "$log")"
	sqsfs_pid=
}

remount() { # [-o OPTIONS] [SOURCE]
	unmount
	mount_sqsfs "$@"
}

# kill -9, and what is left of the mount cleared.
kill_sqsfs() {
	kill -9 "$sqsfs_pid"
	wait "$sqsfs_pid" 2>/dev/null
	sqsfs_pid=
}

#
# A server of its own, whose requests can be counted
#

# Starts sqs-local on a port; sets $endpoint. Restarted, it keeps port and directory.
start_server() { # [OPTIONS]
	need curl
	rm -f "$tmp/endpoint"
	"$SQS_LOCAL" --listen "${server_address:-127.0.0.1:0}" --log "$tmp/requests" \
		"$@" "$server_dir" >"$tmp/endpoint" 2>>"$tmp/server.log" &
	server_pid=$!
	await 10 grep -q '^http://' "$tmp/endpoint"
	endpoint=$(grep -o '^http://[^ ]*' "$tmp/endpoint")
	server_address=${endpoint#http://}
	mark
}

# A request of our own in the log, where sqs-local writes each before it is answered: what
# was answered before is above it.
landmark() {
	landmarks=$((${landmarks:-0} + 1))
	curl -s "$endpoint/?Action=GetQueueUrl&QueueName=landmark-$landmarks" >/dev/null
	await 5 grep -q " landmark-$landmarks " "$tmp/requests"
}

# From here on requests are counted.
mark() {
	landmark
}

# Sets $counted to how often that action (an awk pattern), or any, was asked for since the
# mark; marks anew.
count_requests() { # [ACTION]
	landmark
	counted=$(awk -v from="landmark-$((landmarks - 1))" -v action="${1:-.*}" '
		$3 == from { counts = 1; next }
		counts && $3 !~ /^landmark-/ && $2 ~ "^(" action ")$" { n++ }
		END { print n + 0 }' "$tmp/requests")
}

# Until the mount has asked for the queues again: its list was too old.
ls_asks() {
	mark
	await 20 ls_asked
}

ls_asked() {
	ls "$mnt" >/dev/null
	count_requests ListQueues
	[ "$counted" -gt 0 ]
}

expect_requests() { # NUMBER [ACTION]
	count_requests "${2:-}"
	[ "$counted" = "$1" ] || fail "$counted requests ${2:-} instead of $1:
$(sed -n "/ landmark-$((landmarks - 1)) /,\$p" "$tmp/requests")"
}

# The command costs so many requests at most: the first time, or one of the next. What
# travels together came within milliseconds of each other. A busy machine does not manage that
# each time; what does not wait for company never does.
costs_at_most() { # NUMBER COMMAND...
	most=$1
	shift
	for _ in 1 2 3 4 5 6 7 8; do
		mark
		"$@" || fail "$*: status $?"
		count_requests
		[ "$counted" -gt "$most" ] || return 0
	done
	fail "$* costs $counted requests, each time"
}

#
# Messages
#

say() { # TEXT QUEUE [NAME]
	printf '%s\n' "$1" >"$tmp/said"
	cp "$tmp/said" "$mnt/$2/${3:-said}" || fail "cp to $2 failed"
}

# Receives one message without waiting; its body goes to standard output.
hear_body() { # QUEUE [NAME]
	dd if="$mnt/$1/${2:-next}" iflag=nonblock,fullblock bs=2M status=none 2>"$tmp/hear.err"
}

# Expects a message with that text, or without TEXT none.
hear() { # QUEUE [TEXT]
	if [ $# = 1 ]; then
		! hear_body "$1" >"$tmp/heard" || fail "heard $(head -c 200 "$tmp/heard"), expected nothing"
		return
	fi
	hear_body "$1" >"$tmp/heard" || fail "nothing to hear in $1: $(cat "$tmp/hear.err")"
	printf '%s\n' "$2" | cmp -s - "$tmp/heard" ||
		fail "heard '$(head -c 200 "$tmp/heard")', expected '$2'"
}

# Receives all that is there into files DIR/1, DIR/2, ...; sets $drained.
drain() { # QUEUE DIR
	mkdir -p "$2"
	drained=0
	while hear_body "$1" >"$2/$((drained + 1))"; do
		drained=$((drained + 1))
	done
	rm -f "$2/$((drained + 1))"
}

# The names of a directory, in one line.
names() { # DIR
	# shellcheck disable=SC2012 # names without surprises
	ls -A "$1" | sort | tr '\n' ' ' | sed 's/ $//'
}

names_are() { # DIR NAMES
	[ "$(names "$1")" = "$2" ]
}

# The one message file of a queue: what is neither next nor hidden.
held() { # QUEUE
	# shellcheck disable=SC2010 # ids
	ls "$mnt/$1" | grep -E '^[0-9a-f]{8}-[0-9a-f]{4}-' | head -n 1
}

xattr() { # NAME FILE
	getfattr --only-values --absolute-names -n "user.sqs.$1" "$2" 2>/dev/null
}

#
# Failures
#

# The command fails, and says so in the words of that errno.
expect_errno() { # ERRNO COMMAND...
	words=$(errno_text "$1")
	expected=$1
	shift
	! "$@" >"$tmp/expected.out" 2>"$tmp/expected.err" || fail "expected $expected, but it worked: $*"
	grep -q -F "$words" "$tmp/expected.err" ||
		fail "expected $expected ($words) of '$*', it said: $(cat "$tmp/expected.err")"
}

errno_text() { # ERRNO
	python3 -c 'import errno, os, sys; print(os.strerror(getattr(errno, sys.argv[1])))' "$1"
}

# The log of sqsfs may have lines of level error in this test.
expect_errors_in_log() {
	errors_are_expected=yes
}

#
# The end
#

end_process() { # PID
	kill "$1" 2>/dev/null || return 0
	soon 35 is_gone "$1" && return
	echo "FAILED: process $1 does not end"
	kill -9 "$1"
	return 1
}

# What must not stand in any log.
log_is_clean() {
	if grep -h -e 'Sanitizer' -e 'runtime error:' -e 'Assertion' "$log" "$tmp"/*.log; then
		return 1
	fi
	[ -n "$errors_are_expected" ] || ! grep ': error: ' "$log"
}

cleanup() {
	status=$?
	trap - EXIT INT TERM
	end_helpers
	[ -z "$server_pid" ] || release_server
	grep -q " $mnt fuse" /proc/self/mounts && { detach || detach -z; }
	if [ -n "$sqsfs_pid" ]; then
		soon 5 is_gone "$sqsfs_pid" || end_process "$sqsfs_pid" || status=1
	fi
	[ -z "$server_pid" ] || end_process "$server_pid" || status=1
	log_is_clean || status=1
	if [ "$status" != 0 ] && [ "$status" != 77 ]; then
		echo "--- the log of sqsfs:"
		tail -n 40 "$log"
	fi
	rm -rf --one-file-system "$tmp"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Verbs for tests that talk to sqs-local. A test begins with the claim it tests, reads
# this file and uses the verbs, those of tests/lib/verbs.sh too; what it started is
# ended whatever happens.
#
#	. "$(dirname "$0")/server.sh"
#	write_credentials
#	start_server --credentials "$tmp/credentials"
#
# SQS_LOCAL names the program under test. Exit status 77 is "skipped".
# Set by this file: $tmp, a directory of the test's own; $here, the test's.
# shellcheck source=../lib/verbs.sh
. "$(dirname "$0")/../lib/verbs.sh"

# shellcheck disable=SC2034 # for those who read this file
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/sqs-local-test.XXXXXX")
server_dir=$tmp/served

# Sets $python to an interpreter that has the module: Debian's, or the first in PATH.
need_python() { # MODULE
	for python in /usr/bin/python3 python3; do
		"$python" -W ignore -c "import $1" 2>/dev/null && return
	done
	skip "no python3 has $1"
}

#
# The server
#

export AWS_EC2_METADATA_DISABLED=true AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null BOTO_CONFIG=/dev/null
unset AWS_PROFILE AWS_ENDPOINT_URL AWS_ENDPOINT_URL_SQS AWS_SESSION_TOKEN

# A key that the server knows, in a file and in the environment of its clients.
write_credentials() {
	export AWS_ACCESS_KEY_ID=AKIDINTEROP AWS_SECRET_ACCESS_KEY=interop/secret+key
	cat >"$tmp/credentials" <<-END
		[default]
		aws_access_key_id = $AWS_ACCESS_KEY_ID
		aws_secret_access_key = $AWS_SECRET_ACCESS_KEY
	END
}

# On a port of the kernel's choice; restarted, on the same.
start_server() { # [OPTION]...
	rm -f "$tmp/endpoint" # or what the server before printed could be read
	"$SQS_LOCAL" --listen "${address:-127.0.0.1:0}" --log "$tmp/requests" "$@" "$server_dir" \
		>"$tmp/endpoint" 2>>"$tmp/server.log" &
	server_pid=$!
	await 10 grep -q '^http://' "$tmp/endpoint"
	endpoint=$(cat "$tmp/endpoint")
	address=${endpoint#http://}
}

# As a service manager does, and expects that it ends well and soon.
stop_server() {
	kill "$server_pid"
	await 10 is_gone "$server_pid"
	wait "$server_pid" || fail "sqs-local ended with status $?"
	server_pid=
}

# A request in the Query protocol, on the queue "jobs" unless a path is given.
query() { # FORM [PATH]
	curl -s --max-time 30 --data "$1" "$endpoint${2:-/000000000000/jobs}"
}

# The text of the first element of that name.
element() { # NAME
	sed -n "s/.*<$1>\([^<]*\)<.*/\1/p" | head -n 1
}

cleanup() {
	status=$?
	trap - EXIT INT TERM
	end_helpers
	if [ -n "$server_pid" ]; then
		kill "$server_pid"
		wait "$server_pid" || {
			echo "FAILED: sqs-local ended with status $?"
			status=1
		}
	fi
	if grep -e Sanitizer -e 'runtime error' -e Assertion "$tmp/server.log" 2>/dev/null; then
		status=1
	fi
	if [ "$status" != 0 ] && [ "$status" != 77 ]; then
		tail -n 20 "$tmp/server.log" "$tmp/requests" 2>/dev/null
	fi
	rm -rf --one-file-system "$tmp"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

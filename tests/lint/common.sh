# SPDX-License-Identifier: MIT
# What the checks of tests/lint share. They run in the root of the source tree; a
# check prints one line for each thing that is wrong and ends with finish.
set -eu
cd "$(dirname "$0")/../.."
complaints=$(mktemp)
trap 'rm -f "$complaints"' EXIT

# Every file of ours, one a line. No name in the tree has a space.
tree() {
	find README.md meson.build .ci docs fs sqs tests -type f 2>/dev/null |
		grep -v '/__pycache__/' | sort
}

sources() {
	tree | grep '\.[ch]$'
}

scripts() {
	tree | grep -e '\.sh$' -e '^\.ci/run$'
}

complain() {
	echo "$*" | tee -a "$complaints"
}

finish() {
	[ ! -s "$complaints" ]
}

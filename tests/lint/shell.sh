#!/bin/sh
# SPDX-License-Identifier: MIT
# Every script can be run, and passes shellcheck.
. "$(dirname "$0")/common.sh"

if ! command -v shellcheck >/dev/null; then
	echo "shellcheck is missing: apt install shellcheck"
	exit 77
fi
# What names its interpreter is meant to be run by its name, as documents do.
tree | while read -r file; do
	if [ "$(head -c 2 "$file" | tr -d '\0')" = '#!' ] && [ ! -x "$file" ]; then
		complain "$file: chmod +x"
	fi
done
# shellcheck disable=SC2046 # a list of words
shellcheck --shell=sh --severity=warning --external-sources --source-path=SCRIPTDIR $(scripts)
shellcheck --shell=bash --severity=warning docs/completion/sqsfs.bash
finish

#!/bin/sh
# SPDX-License-Identifier: MIT
# The tree speaks of the project alone: no path of the machine it was written on, no
# marks of work left undone.
. "$(dirname "$0")/common.sh"

# Split so that this file does not name them.
private='/wo''rk/\|fa''rm-\|share''d/facts\|share''d/design'
data='share''d/data'
undone='TO''DO\|FIX''ME\|XX''X\b'

tree | xargs grep -n "$private" | while read -r line; do
	complain "$line: names what is not part of the project"
done
tree | grep -v '^tests/' | xargs grep -n "$data" | while read -r line; do
	complain "$line: only tests may read published vectors from beside the project"
done
tree | xargs grep -n "\b\($undone\)" | grep -v 'mktemp\|XXXX' | while read -r line; do
	complain "$line: is not done"
done
finish

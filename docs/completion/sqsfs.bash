# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion for sqsfs and sqs-local in bash. The options, and the words that are values of one, are those that
# the program's own --help lists: NAME, NAME=ARGUMENT, NAME=word|word.

# What stands behind -o in sqsfs --help: a NAME or NAME=ARGUMENT a line.
__sqsfs_mount_options() { # PROGRAM
	"$1" --help 2>/dev/null | sed -n '/^  -o /,$ s/^  \([a-z_][a-z_]*\(=[^ ]*\)\{0,1\}\).*/\1/p'
}

# --NAME or --NAME=ARGUMENT a line.
__sqsfs_long_options() { # PROGRAM
	"$1" --help 2>/dev/null | sed -n 's/^  \(-[a-zA-Z], \)\{0,1\}\(--[a-z][a-z-]*\(=[^ ]*\)\{0,1\}\).*/\2/p'
}

__sqsfs_directories() { # BEGINNING
	compgen -d -- "$1" | sed 's,$,/,'
}

__sqsfs_prefixed() { # PREFIX
	local item
	while read -r item; do
		echo "$1$item"
	done
}

# Candidates for an option's value: words, files, directories.
__sqsfs_values() { # ARGUMENT BEGINNING
	local word
	case $1 in
	DIR) __sqsfs_directories "$2" ;;
	FILE) compgen -f -- "$2" ;;
	*)
		for word in ${1//|/ }; do
			[[ $word == [a-z]* && $word == "$2"* ]] && echo "$word"
		done
		;;
	esac
}

# The candidates for NAME or NAME=VALUE out of a list of options, whole.
__sqsfs_items() { # BEGINNING, the list on standard input
	local name option
	while read -r option; do
		name=${option%%=*}
		if [[ $1 == "$name="* && $option == *=* ]]; then
			__sqsfs_values "${option#*=}" "${1#*=}" | __sqsfs_prefixed "$name="
		elif [[ $name == "$1"* ]]; then
			echo "$name${option:${#name}:1}"
		fi
	done
}

__sqsfs_source() { # BEGINNING
	case $1 in
	local:*) __sqsfs_directories "${1#local:}" | __sqsfs_prefixed local: ;;
	*) compgen -W 'aws aws: local: http:// https://' -- "$1" ;;
	esac
}

# How many words before the last are no options, nor values of -o.
__sqsfs_operands() { # WORD...
	local count=0 before='' word
	for word in "${@:2:$#-2}"; do
		[[ $word == -* || $before == -*o ]] || count=$((count + 1))
		before=$word
	done
	echo "$count"
}

__sqsfs_sqsfs() { # PROGRAM WORD...
	local program=$1 list='' beginning=${*: -1} before=${*: -2:1}
	if [[ $before == -o || $before == -[fd]*o ]]; then
		[[ $beginning == *,* ]] && list=${beginning%,*},
		__sqsfs_mount_options "$program" | __sqsfs_items "${beginning##*,}" | __sqsfs_prefixed "$list"
	elif [[ $beginning == -* ]]; then
		compgen -W "-f -d -V -h -o $(__sqsfs_long_options "$program")" -- "$beginning"
	elif [[ $(__sqsfs_operands "${@:2}") == 0 ]]; then
		__sqsfs_source "$beginning"
	else
		__sqsfs_directories "$beginning"
	fi
}

__sqsfs_sqs_local() { # PROGRAM WORD...
	local beginning=${*: -1}
	if [[ $beginning == -* ]]; then
		__sqsfs_long_options "$1" | __sqsfs_items "$beginning"
	else
		__sqsfs_directories "$beginning"
	fi
}

# bash cuts words at "=" and ":" too, and wants what comes behind the cut.
_sqsfs() { # COMMAND
	local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} candidate cut
	local -a words
	read -ra words <<<"$line"
	[[ $line == *[[:space:]] ]] && words+=('')
	[[ $word == [=:] ]] && word=''
	cut=${words[-1]}
	cut=${cut%"$word"}
	COMPREPLY=()
	while read -r candidate; do
		COMPREPLY+=("${candidate#"$cut"}")
	done < <("__sqsfs_$2" "${1/#\~/$HOME}" "${words[@]}")
	compopt -o nospace 2>/dev/null
	[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} != *[=:/,] && ${words[-2]} != -o ]] && compopt +o nospace 2>/dev/null
	return 0
}

_sqsfs_command() {
	_sqsfs "$1" sqsfs
}

_sqs_local_command() {
	_sqsfs "$1" sqs_local
}

complete -F _sqsfs_command sqsfs
complete -F _sqs_local_command sqs-local

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Debian packages that this project needs, by what for, and a verb that installs what is
# missing. It is for scripts that people run: it says what it does.

packages_for() { # PURPOSE...
	for purpose; do
		case $purpose in
		build)
			echo gcc pkgconf meson ninja-build libfuse3-dev libcurl4-openssl-dev libssl-dev \
				libxml2-dev libjansson-dev libmicrohttpd-dev libsqlite3-dev
			;;
		mount) echo fuse3 attr ;;
		test)
			echo awscli bash-completion bzip2 clang clang-format-14 curl ed libclang-rt-14-dev openssl perl procps \
				python3-boto python3-boto3 rsync shellcheck sqlite3 systemd vim xxd zsh
			;;
		recipe)
			echo lftp logrotate mpack openssh-client openssh-sftp-server parallel procmail sane-utils task-spooler tcpdump
			# They begin to serve when they are installed: not on a machine that somebody uses.
			[ -d /run/systemd/system ] || echo rsyslog vsftpd
			;;
		esac
	done
}

missing_packages() { # PACKAGE...
	for package; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
			echo "$package"
	done
}

# False when something is missing and may not be installed: it is named then.
install_packages_for() { # PURPOSE...
	# shellcheck disable=SC2046 # lists of words
	set -- $(missing_packages $(packages_for "$@"))
	[ $# -gt 0 ] || return 0
	if [ "$(id -u)" = 0 ]; then
		as_root=
	elif sudo -n true 2>/dev/null; then
		as_root=sudo
	else
		echo "Packages are missing. Let an administrator run:" >&2
		echo "    apt-get install $*" >&2
		return 1
	fi
	echo "Installing $*"
	$as_root apt-get update -qq &&
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

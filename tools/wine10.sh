#!/usr/bin/env bash
# Installs Debian 13's Wine 10 into a directory, where it is in nobody's way: tools/wine10.sh DIRECTORY
#
# About a minute, 230 MB fetched and 1.2 GB of disk. What is whole is not touched; what was cut short begins anew. What
# keeps it from being done is the last line of standard error.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

directory=$1
release=trixie
recipe="$release wine64 1" # another text here: it is installed anew
stamp=$directory/installed
log=$directory.log

die() { printf '%s\n' "$*" >&2; exit 1; }

# The mirror that apt has its packages from, as this system's administrator chose it.
mirror() {
    # shellcheck disable=SC2016 # apt replaces these
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main' |
        sort -u | head -n 1
}

# Only the signed release of Debian, nothing recommended, no 32-bit programs' libraries.
install() {
    rm -rf "$directory"
    mkdir -p "$directory"
    debootstrap --variant=minbase --force-check-gpg --include=wine64 "$release" "$directory" "$1" &&
        rm -rf "$directory"/var/cache/apt/archives/*.deb
}

[ "$(cat "$stamp" 2>/dev/null)" != "$recipe" ] || exit 0
[ "$(id -u)" = 0 ] || die "Wine 10 is not installed, and only root can do it: sudo tools/wine10.sh $directory"
mirror=$(mirror)
[ -n "$mirror" ] || die "apt's sources name no mirror of Debian, where Wine 10 could come from"
mkdir -p "$(dirname "$directory")"
printf 'installing Wine 10 of %s, from %s, into %s\n' "$release" "$mirror" "$directory"
# Once more, as a mirror may falter among that many packages.
install "$mirror" >"$log" 2>&1 || install "$mirror" >"$log" 2>&1 || { tail -n 5 "$log" >&2; die "Wine 10 could not be installed from $mirror (see $log)"; }
[ -x "$directory/usr/lib/wine/wine64" ] || die "Debian's package has no /usr/lib/wine/wine64"
printf '%s\n' "$recipe" >"$stamp"

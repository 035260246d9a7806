#!/bin/sh
# make-apk-repo.sh - build a small, signed, reproducible Alpine (apk v2) repository
# with nothing but POSIX sh, GNU tar, gzip, openssl and coreutils.  No root, no
# network, no apk-tools.
#
#   make-apk-repo.sh -o OUT [-a ARCH] [-b BRANCH] [-r REPO] [-k KEYFILE] [-n KEYNAME]
#                [-t RSA|RSA256] [-e EPOCH] [-d DESCRIPTION] SPECDIR...
#   make-apk-repo.sh -o OUT --demo          # write and build a built-in package set
#
# Result:
#   OUT/BRANCH/REPO/ARCH/APKINDEX.tar.gz   signed index
#   OUT/BRANCH/REPO/ARCH/NAME-VER.apk      signed packages
#   OUT/keys/KEYNAME                       public key (PEM); the private key is KEYFILE
#
# A SPECDIR describes one package:
#   SPECDIR/pkginfo   .PKGINFO lines ("key = value"); pkgname and pkgver are
#                     required; size, arch, builddate and datahash are filled in
#   SPECDIR/files/    the file tree (optional; symlinks and modes are kept)
#   SPECDIR/scripts/  pre-install, post-install, trigger, ... (optional)
#   SPECDIR/perms     optional lines "path mode user:uid group:gid"
set -eu
umask 022
LC_ALL=C
export LC_ALL

die() { echo "make-apk-repo: $*" >&2; exit 1; }

out='' arch=x86_64 branch=v3.20 repo=main key='' keyname='' sigtype=RSA epoch=1700000000
desc='test repository' demo=no
while [ $# -gt 0 ]; do
	case $1 in
	-o) out=$2; shift 2 ;;
	-a) arch=$2; shift 2 ;;
	-b) branch=$2; shift 2 ;;
	-r) repo=$2; shift 2 ;;
	-k) key=$2; shift 2 ;;
	-n) keyname=$2; shift 2 ;;
	-t) sigtype=$2; shift 2 ;;
	-e) epoch=$2; shift 2 ;;
	-d) desc=$2; shift 2 ;;
	--demo) demo=yes; shift ;;
	--) shift; break ;;
	-*) die "unknown option $1" ;;
	*) break ;;
	esac
done
[ -n "$out" ] || die "-o OUT is required"
case $sigtype in
RSA) digest=sha1 ;;
RSA256) digest=sha256 ;;
*) die "signature type must be RSA or RSA256" ;;
esac
: "${keyname:=test@flinkpack.invalid-00000001.rsa.pub}"

mkdir -p "$out/keys" "$out/$branch/$repo/$arch"
out=$(cd "$out" && pwd)
dest=$out/$branch/$repo/$arch
: "${key:=$out/keys.private/${keyname%.pub}}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

if [ ! -f "$key" ]; then
	mkdir -p "$(dirname "$key")"
	openssl genrsa -out "$key" 2048 2>/dev/null
	chmod 600 "$key"
fi
openssl rsa -in "$key" -pubout -out "$out/keys/$keyname" 2>/dev/null

# ---- tar pieces -----------------------------------------------------------
# Every piece is one archive member with the two end-of-archive blocks cut off,
# so that pieces (and whole gzip members) can be concatenated into one archive.
ZB=1024		# bytes of end-of-archive GNU tar writes with a blocking factor of 1

# tar_piece DIR NAME [SHA1 [USER:UID [GROUP:GID [MODE]]]] -> stdout
tar_piece() {
	tp_dir=$1 tp_name=$2 tp_sum=${3:-} tp_u=${4:-root:0} tp_g=${5:-root:0} tp_m=${6:-}
	set -- --create --blocking-factor=1 --no-recursion --sort=name \
		--mtime="@$epoch" --owner="$tp_u" --group="$tp_g" --directory="$tp_dir"
	[ -z "$tp_m" ] || set -- "$@" --mode="$tp_m"
	if [ -n "$tp_sum" ]; then
		# GNU tar writes a caller's own keyword only into an extended header it
		# writes anyway; fixed atime and ctime records make it write one.
		set -- "$@" --format=pax \
			--pax-option="exthdr.name=%d/PaxHeaders/%f,atime:=0,ctime:=0,delete=mtime,APK-TOOLS.checksum.SHA1:=$tp_sum"
	else
		set -- "$@" --format=ustar
	fi
	tar "$@" --file=- -- "$tp_name" | head -c -$ZB
}

# tar_tree DIR PERMSFILE -> stdout: all members under DIR, parents first, with
# the per-file SHA1 records apk wants (files: content, symlinks: target string)
tar_tree() {
	(cd "$1" && find . -mindepth 1 | sed 's,^\./,,' | sort) > "$work/list"
	while IFS= read -r tt_p; do
		if [ -L "$1/$tt_p" ]; then
			tt_s=$(readlink "$1/$tt_p" | tr -d '\n' | sha1sum | cut -c1-40)
		elif [ -d "$1/$tt_p" ]; then
			tt_s=''
		else
			tt_s=$(sha1sum < "$1/$tt_p" | cut -c1-40)
		fi
		tt_l=''
		if [ -f "$2" ]; then
			tt_l=$(awk -v p="$tt_p" '$1 == p { print $2, $3, $4; exit }' "$2")
		fi
		tt_mode='' tt_user='' tt_group=''
		if [ -n "$tt_l" ]; then
			tt_mode=${tt_l%% *}
			tt_group=${tt_l##* }
			tt_user=${tt_l#* }
			tt_user=${tt_user% *}
		fi
		tar_piece "$1" "$tt_p" "$tt_s" "${tt_user:-root:0}" "${tt_group:-root:0}" "$tt_mode"
	done < "$work/list"
}

gz() { gzip -9 -n -c; }
end_of_archive() { head -c $ZB /dev/zero; }

# sign FILE -> stdout: gzip member holding the detached signature of FILE's bytes
sign() {
	rm -rf "$work/sig"
	mkdir "$work/sig"
	openssl dgst -$digest -sign "$key" -out "$work/sig/.SIGN.$sigtype.$keyname" "$1"
	tar_piece "$work/sig" ".SIGN.$sigtype.$keyname" | gz
}

field() { sed -n "s/^$2 = //p" "$1"; }
join() { field "$1" "$2" | tr '\n' ' ' | sed 's/ *$//'; }

# ---- one package ----------------------------------------------------------
build_package() {
	spec=$1
	[ -f "$spec/pkginfo" ] || die "$spec: no pkginfo"
	name=$(field "$spec/pkginfo" pkgname)
	ver=$(field "$spec/pkginfo" pkgver)
	if [ -z "$name" ] || [ -z "$ver" ]; then die "$spec: pkgname and pkgver are required"; fi
	rm -rf "$work/ctl"
	mkdir -p "$work/ctl" "$work/empty"
	tree=$spec/files
	[ -d "$tree" ] || tree=$work/empty

	# data member: the only one that keeps its end-of-archive blocks
	{ tar_tree "$tree" "$spec/perms"; end_of_archive; } | gz > "$work/data.gz"
	size=$(find "$tree" -type f -printf '%s\n' | awk '{ s += $1 } END { print s + 0 }')
	# apk treats installed size 0 as "virtual, nothing to fetch"
	[ "$tree" = "$work/empty" ] || [ "$size" -gt 0 ] || size=1

	info=$work/ctl/.PKGINFO
	{
		echo '# made by make-apk-repo.sh'
		grep -v -e '^size = ' -e '^datahash = ' "$spec/pkginfo" || true
		for kv in "pkgdesc=$name test package" 'url=https://example.invalid/' \
			"builddate=$epoch" "arch=$arch" "origin=$name" 'license=MIT'; do
			grep -q "^${kv%%=*} = " "$spec/pkginfo" || echo "${kv%%=*} = ${kv#*=}"
		done
		echo "size = $size"
		echo "datahash = $(sha256sum < "$work/data.gz" | cut -c1-64)"
	} > "$info"
	{
		tar_piece "$work/ctl" .PKGINFO
		if [ -d "$spec/scripts" ]; then
			for s in pre-install post-install pre-upgrade post-upgrade \
				pre-deinstall post-deinstall trigger; do
				[ -f "$spec/scripts/$s" ] || continue
				cp "$spec/scripts/$s" "$work/ctl/.$s"
				tar_piece "$work/ctl" ".$s" '' root:0 root:0 0755
			done
		fi
	} | gz > "$work/control.gz"
	sign "$work/control.gz" > "$work/sig.gz"
	apk=$dest/$name-$ver.apk
	cat "$work/sig.gz" "$work/control.gz" "$work/data.gz" > "$apk"

	# the index entry; C: is the SHA1 of the control member as stored
	{
		echo "C:Q1$(openssl dgst -sha1 -binary "$work/control.gz" | base64)"
		echo "P:$name"
		echo "V:$ver"
		echo "A:$(field "$info" arch)"
		echo "S:$(stat -c %s "$apk")"
		echo "I:$size"
		echo "T:$(field "$info" pkgdesc)"
		echo "U:$(field "$info" url)"
		echo "L:$(field "$info" license)"
		echo "o:$(field "$info" origin)"
		for kf in m:maintainer t:builddate c:commit k:provider_priority; do
			v=$(field "$info" "${kf#*:}")
			[ -z "$v" ] || echo "${kf%%:*}:$v"
		done
		for kf in D:depend p:provides i:install_if; do
			v=$(join "$info" "${kf#*:}")
			[ -z "$v" ] || echo "${kf%%:*}:$v"
		done
		echo
	} >> "$work/APKINDEX"
}

# ---- demo package set -----------------------------------------------------
demo_pkg() {	# demo_pkg NAME VERSION ["key = value"...]
	d=$work/specs/$1
	mkdir -p "$d/files"
	printf 'pkgname = %s\npkgver = %s\n' "$1" "$2" > "$d/pkginfo"
	shift 2
	for l in "$@"; do printf '%s\n' "$l" >> "$d/pkginfo"; done
}
demo_file() {	# demo_file PATH CONTENT [MODE]   (into the last demo_pkg)
	mkdir -p "$d/files/$(dirname "$1")"
	printf '%s\n' "$2" > "$d/files/$1"
	chmod "${3:-644}" "$d/files/$1"
}
demo_link() {
	mkdir -p "$d/files/$(dirname "$1")"
	ln -s "$2" "$d/files/$1"
}
demo_specs() {
	libc=so:libc.musl-$arch.so.1
	demo_pkg ncurses-terminfo-base 6.4_p20240420-r2
	demo_file etc/terminfo/x/xterm 'terminfo'
	demo_pkg libncursesw 6.4_p20240420-r2 'depend = ncurses-terminfo-base=6.4_p20240420-r2' \
		"depend = $libc" 'provides = so:libncursesw.so.6=6.4'
	demo_file usr/lib/libncursesw.so.6.4 'elf'; demo_link usr/lib/libncursesw.so.6 libncursesw.so.6.4
	demo_pkg readline 8.2.10-r0 "depend = $libc" 'depend = so:libncursesw.so.6' \
		'provides = so:libreadline.so.8=8.2'
	demo_file usr/lib/libreadline.so.8.2 'elf'; demo_link usr/lib/libreadline.so.8 libreadline.so.8.2
	demo_pkg bash 5.2.26-r0 'depend = /bin/sh' "depend = $libc" 'depend = so:libreadline.so.8' \
		'provides = cmd:bash=5.2.26-r0'
	demo_file bin/bash '#!/bin/sh' 755; demo_file etc/bash/bashrc '# bashrc'
	mkdir -p "$d/scripts"
	printf '#!/bin/sh\ngrep -qx /bin/bash /etc/shells || echo /bin/bash >> /etc/shells\n' > "$d/scripts/post-install"
	demo_pkg bash-doc 5.2.26-r0 'install_if = docs' 'install_if = bash=5.2.26-r0' 'origin = bash'
	demo_file usr/share/man/man1/bash.1 'man'
	demo_pkg docs 0.2-r6
	demo_pkg libgcc 13.2.1_git20240309-r0 "depend = $libc" 'provides = so:libgcc_s.so.1=1' 'origin = gcc'
	demo_file usr/lib/libgcc_s.so.1 'elf'
	demo_pkg libstdc++ 13.2.1_git20240309-r0 "depend = $libc" 'depend = so:libgcc_s.so.1' \
		'provides = so:libstdc++.so.6=6.0.32' 'origin = gcc'
	demo_file usr/lib/libstdc++.so.6.0.32 'elf'; demo_link usr/lib/libstdc++.so.6 libstdc++.so.6.0.32
	demo_pkg snappy 1.1.10-r1 "depend = $libc" 'depend = so:libstdc++.so.6' 'provides = so:libsnappy.so.1=1.1.10'
	demo_file usr/lib/libsnappy.so.1.1.10 'elf'; demo_link usr/lib/libsnappy.so.1 libsnappy.so.1.1.10
	demo_pkg musl-obstack 1.2.3-r2 "depend = $libc" 'provides = so:libobstack.so.1=1.0.0'
	demo_file usr/lib/libobstack.so.1 'elf'
	demo_pkg gcompat 1.1.0-r4 "depend = $libc" 'depend = so:libobstack.so.1' \
		'provides = libc6-compat=1.1.0-r4' 'provides = so:libgcompat.so.0=0'
	demo_file lib/libgcompat.so.0 'elf' 755
	mkdir -p "$d/files/lib64"; demo_link lib64/ld-linux-x86-64.so.2 ../lib/ld-linux-x86-64.so.2
	demo_file lib/ld-linux-x86-64.so.2 'elf' 755
	# two unversioned providers of one virtual name, picked by priority
	demo_pkg editor-a 1.0-r0 'provides = test-editor' 'provider_priority = 10'
	demo_file usr/bin/editor-a 'a' 755
	demo_pkg editor-b 2.0-r0 'provides = test-editor' 'provider_priority = 20'
	demo_file usr/bin/editor-b 'b' 755
	demo_pkg needs-editor 1.0-r0 'depend = test-editor' 'depend = !editor-c' 'depend = snappy>=1.1' 'depend = bash~5.2'
	demo_file usr/share/needs-editor 'x'
	# file owner by name, special mode, trigger
	demo_pkg owned 1.0-r0 'triggers = /usr/share/owned-*' 'replaces = other-owned'
	demo_file usr/bin/owned-suid 'x' 755; demo_file var/lib/owned/data 'y'
	printf '%s\n' 'usr/bin/owned-suid 4755 root:0 root:0' 'var/lib/owned 2750 games:35 games:35' \
		'var/lib/owned/data 0640 games:35 games:35' > "$d/perms"
	mkdir -p "$d/scripts"; printf '#!/bin/sh\nexit 0\n' > "$d/scripts/trigger"
	demo_pkg broken-dep 1.0-r0 'depend = so:libdoesnotexist.so.9'
	demo_file usr/share/broken-dep 'x'
}

: > "$work/APKINDEX"
if [ $demo = yes ]; then
	mkdir -p "$work/specs"
	demo_specs
	set -- "$work"/specs/*
fi
[ $# -gt 0 ] || die "no package given"
for s in "$@"; do build_package "$s"; done

# ---- the index ------------------------------------------------------------
mkdir "$work/ndx"
printf '%s' "$desc" > "$work/ndx/DESCRIPTION"
cp "$work/APKINDEX" "$work/ndx/APKINDEX"
{ tar_piece "$work/ndx" DESCRIPTION; tar_piece "$work/ndx" APKINDEX; end_of_archive; } | gz > "$work/index.gz"
sign "$work/index.gz" > "$work/sig.gz"
cat "$work/sig.gz" "$work/index.gz" > "$dest/APKINDEX.tar.gz"
echo "$dest: $(grep -c '^P:' "$work/APKINDEX") packages, key $out/keys/$keyname"

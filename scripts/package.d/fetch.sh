# shellcheck shell=bash
# Debian's source packages, as scripts/package.d/sources pins them. Sourced by scripts/package.

suites='trixie bookworm'
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Where this machine has its own packages from.
debian_mirror() {
    if [ -n "${FLINKPACK_DEBIAN_MIRROR:-}" ]; then
        printf '%s\n' "$FLINKPACK_DEBIAN_MIRROR"
        return
    fi
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }'
}

# A configuration of its own: a fresh Debian has no source packages, and nobody's lists change.
private_apt() {
    local mirror=$1
    mkdir -p "$work/apt/etc/apt.conf.d" "$work/apt/state/lists/partial" \
        "$work/apt/cache/archives/partial"
    local suite
    for suite in $suites; do
        printf 'deb-src [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite"
    done >"$work/apt/etc/sources.list"
    cat >"$work/apt/apt.conf" <<CONF
Dir::Etc "$work/apt/etc";
Dir::Etc::sourcelist "$work/apt/etc/sources.list";
Dir::Etc::sourceparts "$work/apt/etc/none.d";
Dir::Etc::preferencesparts "$work/apt/etc/none.d";
Dir::State "$work/apt/state";
Dir::State::status "/dev/null";
Dir::Cache "$work/apt/cache";
APT::Sandbox::User "";
CONF
    mkdir -p "$work/apt/etc/none.d"
    APT_CONFIG=$work/apt/apt.conf apt-get -q update >"$work/apt/update.log" 2>&1 ||
        die "Debian's source packages cannot be listed; see $work/apt/update.log"
}

need_apt() {
    [ -z "${apt_ready:-}" ] || return 0
    local mirror
    mirror=$(debian_mirror)
    [ -n "$mirror" ] ||
        die "this machine has no Debian mirror; name one: FLINKPACK_DEBIAN_MIRROR=URL"
    [ -r "$keyring" ] || die "$keyring is missing: install debian-archive-keyring"
    private_apt "$mirror"
    apt_ready=yes
}

pins() {
    grep -v '^#' "$here/package.d/sources"
}

# pin NAME -> "VERSION SHA256"
pin() {
    pins | awk -v name="$1" '$1 == name { print $2, $3 }'
}

# fetch NAME: unpacked, with Debian's patches, in $work/sources/NAME
fetch() {
    local name=$1 version sum file folder=$work/sources/$1
    read -r version sum < <(pin "$name")
    [ "$(cat "$folder.pin" 2>/dev/null)" != "$version $sum" ] || return 0
    need_apt
    mkdir -p "$work/downloads" "$work/sources"
    file=${name}_${version#*:}.dsc
    say "fetching $name $version"
    if [ ! -e "$work/downloads/$file" ]; then
        (cd "$work/downloads" && APT_CONFIG=$work/apt/apt.conf \
            apt-get -q source --download-only --only-source "$name=$version") \
            >"$work/downloads/$name.log" 2>&1 ||
            die "$name $version cannot be fetched; if Debian has another by now, scripts/package --pin takes it; see $work/downloads/$name.log"
    fi
    printf '%s  %s\n' "$sum" "$work/downloads/$file" | sha256sum --quiet --check - ||
        die "$work/downloads/$file is not what scripts/package.d/sources pins"
    rm -rf "$folder"
    # It compares each file with the sums of the .dsc.
    dpkg-source --extract "$work/downloads/$file" "$folder" >"$folder.log" 2>&1 ||
        die "$file cannot be unpacked; see $folder.log"
    printf '%s %s\n' "$version" "$sum" >"$folder.pin"
}

# "VERSION SHA256" of every version, the latest first.
versions_of() {
    APT_CONFIG=$work/apt/apt.conf apt-cache showsrc --only-source "$1" |
        awk '/^Version:/ { v = $2 } length($1) == 64 && /\.dsc$/ { print v, $1 }' |
        sort --version-sort --reverse
}

# Take the present versions: of each the latest that the mirror has.
pin_anew() {
    local name version sum found
    need_apt
    mkdir -p "$work/pin"
    grep '^#' "$here/package.d/sources" >"$work/sources.new"
    for name in $(pins | cut -d ' ' -f 1); do
        found=
        while read -r version sum; do
            (cd "$work/pin" && APT_CONFIG=$work/apt/apt.conf apt-get -q source --download-only \
                --only-source "$name=$version" >"$name.log" 2>&1) || continue
            found=yes
            printf '%-11s %-30s %s\n' "$name" "$version" "$sum" >>"$work/sources.new"
            break
        done < <(versions_of "$name")
        [ -n "$found" ] || die "$name cannot be fetched; see $work/pin/$name.log"
    done
    cp "$work/sources.new" "$here/package.d/sources"
}

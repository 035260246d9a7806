# shellcheck shell=bash
# How each library is built: static, with musl, and with what flinkpack uses of it. Sourced by
# scripts/package, which sets $triple, $flags, $root (what has been built) and $tools (the compiler)
# for an architecture before it calls anything here.

with_cmake() {
    local name=$1 source=$2
    shift 2
    cmake -G Ninja -S "$source" -B "$build/$name" -D CMAKE_TOOLCHAIN_FILE="$tools/toolchain.cmake" \
        -D CMAKE_BUILD_TYPE=Release -D CMAKE_C_FLAGS="$flags" -D CMAKE_C_FLAGS_RELEASE=-DNDEBUG \
        -D CMAKE_INSTALL_PREFIX="$root" -D CMAKE_INSTALL_LIBDIR=lib \
        -D BUILD_SHARED_LIBS=OFF -D BUILD_TESTING=OFF "$@"
    cmake --build "$build/$name" -j "$jobs"
    cmake --install "$build/$name"
}

# For what brings no file for pkg-config: its name there, the source package, the library.
write_pc() {
    mkdir -p "$root/lib/pkgconfig"
    printf '%s\n' "Name: $1" "Description: $1" "Version: $(upstream "$2")" \
        "Cflags: -I$root/include" "Libs: -L$root/lib -l$3" >"$root/lib/pkgconfig/$1.pc"
}

build_musl() {
    mkdir -p "$build/musl"
    (cd "$build/musl" && CC="$gcc" CFLAGS="-O2 -fPIE -ffunction-sections -fdata-sections $map" \
        "$work/sources/musl/configure" --target="$triple" --prefix="$root" --syslibdir="$root/lib" \
        --disable-wrapper)
    make -C "$build/musl" -j "$jobs" AR="$ar" RANLIB="$ranlib" SHARED_LIBS= install
    local name
    for name in linux asm asm-generic mtd; do # what the kernel says; musl brings none of it
        [ ! -d "$kernel/$name" ] || ln -sfn "$kernel/$name" "$root/include/$name"
    done
    [ -d "$root/include/asm" ] || ln -sfn "$kernel_asm/asm" "$root/include/asm"
}

build_zlib() {
    local out=$build/zlib
    cp -r "$work/sources/zlib" "$out"
    (cd "$out" && CC="$tools/cc" AR="$ar" RANLIB="$ranlib" CFLAGS="$flags" \
        ./configure --static --prefix="$root")
    make -C "$out" -j "$jobs" libz.a
    make -C "$out" install
}

build_xz-utils() {
    with_cmake xz-utils "$work/sources/xz-utils" -D XZ_NLS=OFF -D XZ_DOXYGEN=OFF -D XZ_SANDBOX=no \
        -D XZ_TOOL_XZ=OFF -D XZ_TOOL_XZDEC=OFF -D XZ_TOOL_LZMADEC=OFF -D XZ_TOOL_LZMAINFO=OFF \
        -D XZ_TOOL_SCRIPTS=OFF -D XZ_DOC=OFF -D XZ_MICROLZMA_ENCODER=OFF \
        -D XZ_MICROLZMA_DECODER=OFF
}

build_libzstd() {
    with_cmake libzstd "$work/sources/libzstd/build/cmake" -D ZSTD_BUILD_PROGRAMS=OFF \
        -D ZSTD_BUILD_SHARED=OFF -D ZSTD_BUILD_TESTS=OFF -D ZSTD_LEGACY_SUPPORT=OFF
}

build_libdeflate() {
    local out=$build/libdeflate
    cp -r "$work/sources/libdeflate" "$out"
    make -C "$out" -j "$jobs" CC="$tools/cc" AR="$ar" CFLAGS="$flags" DISABLE_SHARED=1 \
        PREFIX="$root" libdeflate.a
    cp "$out/libdeflate.a" "$root/lib/"
    cp "$out/libdeflate.h" "$root/include/"
    write_pc libdeflate libdeflate deflate
}

# Only what inflates.
build_libisal() {
    local out=$build/libisal makefile
    rm -rf "$out"
    cp -r "$work/sources/libisal" "$out"
    makefile=("$out"/Makefile.u*)
    make -C "$out" -f "${makefile[0]}" -j "$jobs" lib host_cpu="$processor" arch="$isal_arch" \
        units=igzip CC="$tools/cc" AS="$isal_as" AR="$ar" "CFLAGS_$isal_arch=$flags" D=NDEBUG
    mkdir -p "$root/include/isa-l"
    cp "$out"/include/igzip_lib.h "$root/include/isa-l/"
    cp "$out/bin/isa-l.a" "$root/lib/libisal.a"
    write_pc libisal libisal isal
}

build_jansson() {
    with_cmake jansson "$work/sources/jansson" -D JANSSON_BUILD_DOCS=OFF \
        -D JANSSON_EXAMPLES=OFF -D JANSSON_WITHOUT_TESTS=ON -D CMAKE_POLICY_VERSION_MINIMUM=3.5
}

build_libyaml() {
    with_cmake libyaml "$work/sources/libyaml" -D INSTALL_CMAKE_DIR=lib/cmake/yaml
    write_pc yaml-0.1 libyaml yaml
}

# Without old algorithms, without what is loaded at run time; the machine's openssl.cnf is not
# read, as it may speak of what is not here.
openssl_without=(
    no-shared no-tests no-apps no-docs no-dso no-module no-legacy no-comp no-autoload-config
    no-ssl3 no-ssl3-method no-dtls no-quic no-srp no-psk no-srtp no-ts no-cms no-cmp no-ct no-ocsp
    no-idea no-seed no-camellia no-aria no-sm2 no-sm3 no-sm4 no-rc2 no-rc4 no-bf no-cast no-md4
    no-mdc2 no-whirlpool no-rmd160 no-gost no-ml-dsa no-slh-dsa no-ml-kem no-scrypt no-blake2
    no-siphash no-siv no-ocb no-ec2m no-ui-console no-tls-deprecated-ec no-rfc3779 no-argon2
)

build_openssl() {
    local out=$build/openssl
    rm -rf "$out"
    mkdir -p "$out"
    (
        cd "$out"
        export PATH=$tools:$PATH CC=cc AR="$ar" RANLIB="$ranlib"
        perl "$work/sources/openssl/Configure" "$openssl_target" --prefix=/usr --libdir=lib \
            --openssldir=/etc/ssl "${openssl_without[@]}" "$flags"
        make -j "$jobs" build_libs
        make DESTDIR="$out/installed" install_dev
    )
    cp -r "$out/installed/usr/include/openssl" "$root/include/"
    cp "$out"/installed/usr/lib/*.a "$root/lib/"
    mkdir -p "$root/lib/pkgconfig"
    cp "$out"/installed/usr/lib/pkgconfig/*.pc "$root/lib/pkgconfig/"
    sed -i "s|^prefix=.*|prefix=$root|" "$root"/lib/pkgconfig/{libssl,libcrypto,openssl}.pc
}

# HTTP and HTTPS, nothing else; where the certificates are is for flinkpack to find.
build_curl() {
    with_cmake curl "$work/sources/curl" -D BUILD_CURL_EXE=OFF -D BUILD_STATIC_LIBS=ON \
        -D BUILD_LIBCURL_DOCS=OFF -D BUILD_MISC_DOCS=OFF -D ENABLE_CURL_MANUAL=OFF \
        -D HTTP_ONLY=ON -D CURL_USE_OPENSSL=ON -D CURL_CA_BUNDLE=none -D CURL_CA_PATH=/etc/ssl/certs \
        -D CURL_USE_LIBPSL=OFF -D USE_LIBIDN2=OFF -D CURL_USE_LIBSSH2=OFF -D USE_NGHTTP2=OFF \
        -D CURL_BROTLI=OFF -D CURL_ZSTD=OFF -D CURL_ZLIB=OFF -D CURL_DISABLE_WEBSOCKETS=ON \
        -D CURL_DISABLE_ALTSVC=ON -D CURL_DISABLE_HSTS=ON -D CURL_DISABLE_COOKIES=ON \
        -D CURL_DISABLE_DOH=ON -D CURL_DISABLE_AWS=ON \
        -D CURL_DISABLE_NTLM=ON -D CURL_DISABLE_KERBEROS_AUTH=ON \
        -D CURL_DISABLE_NEGOTIATE_AUTH=ON -D CURL_DISABLE_MIME=ON -D CURL_DISABLE_FORM_API=ON \
        -D CURL_DISABLE_OPENSSL_AUTO_LOAD_CONFIG=ON -D CURL_DISABLE_GETOPTIONS=OFF \
        -D USE_UNIX_SOCKETS=OFF -D CURL_DISABLE_SHA512_256=ON -D ENABLE_IPV6=ON
}

# tar and zip, with the compressions that flinkpack reads.
build_libarchive() {
    with_cmake libarchive "$work/sources/libarchive" -D ENABLE_OPENSSL=OFF -D ENABLE_ACL=OFF \
        -D ENABLE_XATTR=OFF -D ENABLE_LIBXML2=OFF -D ENABLE_EXPAT=OFF -D ENABLE_ICONV=OFF \
        -D ENABLE_LIBB2=OFF -D ENABLE_LZ4=OFF -D ENABLE_LZO=OFF -D ENABLE_BZip2=OFF \
        -D ENABLE_PCREPOSIX=OFF -D ENABLE_PCRE2POSIX=OFF -D ENABLE_CNG=OFF -D ENABLE_MBEDTLS=OFF \
        -D ENABLE_NETTLE=OFF -D ENABLE_TAR=OFF -D ENABLE_CPIO=OFF -D ENABLE_CAT=OFF \
        -D ENABLE_UNZIP=OFF -D ENABLE_TEST=OFF -D ENABLE_WERROR=OFF -D POSIX_REGEX_LIB=NONE
}

# What flinkpack stands on, by pkg-config. scripts/setup installs it on Debian.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

foreach(module libarchive libcrypto libcurl jansson zlib libdeflate libzstd yaml-0.1)
    string(MAKE_C_IDENTIFIER "${module}" name)
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
endforeach()

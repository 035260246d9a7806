# What flinkpack stands on, by pkg-config. scripts/setup installs it on Debian.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

foreach(module libarchive libcrypto libcurl jansson zlib libdeflate liblzma libzstd yaml-0.1)
    string(MAKE_C_IDENTIFIER "${module}" name)
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
endforeach()

# Inflates gzip two to three times as fast as zlib; without it zlib does.
option(FLINKPACK_ISAL "Inflate with ISA-L where it is installed" ON)
if(FLINKPACK_ISAL)
    pkg_check_modules(libisal IMPORTED_TARGET libisal)
endif()

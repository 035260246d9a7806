# What flinkpack stands on, by pkg-config. scripts/setup installs it on Debian.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# What `flinkpack version` names: the versions that it is built with, written as curl writes them. (For
# lintian "deflate 1.14" is a zlib that has been copied.)
set(FLINKPACK_COMMIT "" CACHE STRING "The commit that is built")
set(FLINKPACK_LIBC "" CACHE STRING "The C library, where it is a part of the program")
set(FLINKPACK_LIBRARIES "${FLINKPACK_LIBC}")

foreach(module libarchive libcrypto libcurl jansson zlib libdeflate liblzma libzstd yaml-0.1)
    string(MAKE_C_IDENTIFIER "${module}" name)
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
    list(APPEND FLINKPACK_LIBRARIES "${module}/${${name}_VERSION}")
endforeach()

# Inflates gzip two to three times as fast as zlib; without it zlib does.
option(FLINKPACK_ISAL "Inflate with ISA-L where it is installed" ON)
if(FLINKPACK_ISAL)
    pkg_check_modules(libisal IMPORTED_TARGET libisal)
    if(libisal_FOUND)
        list(APPEND FLINKPACK_LIBRARIES "libisal/${libisal_VERSION}")
    endif()
endif()
list(REMOVE_ITEM FLINKPACK_LIBRARIES "")
list(JOIN FLINKPACK_LIBRARIES ", " FLINKPACK_LIBRARIES)

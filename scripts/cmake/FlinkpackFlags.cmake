# Compiler flags: each is probed by itself, and one that a supported compiler rejects is an error,
# so that no warning gets lost in silence.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

option(FLINKPACK_WERROR "Warnings are errors" OFF)
option(FLINKPACK_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(FLINKPACK_HARDEN "Fortify, stack protector, stack clash, CET or BTI, full RELRO, PIE" OFF)

add_library(flinkpack_flags INTERFACE)

function(flinkpack_require_flag flag)
    string(MAKE_C_IDENTIFIER "HAVE${flag}" variable)
    set(CMAKE_REQUIRED_LINK_OPTIONS "${ARGN}")
    check_c_compiler_flag("${flag}" ${variable})
    if(NOT ${variable})
        message(FATAL_ERROR "${CMAKE_C_COMPILER} does not take ${flag}")
    endif()
    target_compile_options(flinkpack_flags INTERFACE "${flag}")
endfunction()

foreach(flag -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes
        -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wcast-qual -Wwrite-strings
        -Wpointer-arith -fno-common)
    flinkpack_require_flag(${flag})
endforeach()
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
    # clang 14 has no -Wgnu-statement-expression-from-macro-expansion; steal_pointer() is marked
    # __extension__ instead. Doxygen comments are checked.
    flinkpack_require_flag(-Wdocumentation)
endif()
if(FLINKPACK_WERROR)
    flinkpack_require_flag(-Werror)
endif()
if(FLINKPACK_SANITIZE)
    set(sanitize -fsanitize=address,undefined)
    flinkpack_require_flag(${sanitize} ${sanitize})
    flinkpack_require_flag(-fno-sanitize-recover=all ${sanitize})
    flinkpack_require_flag(-fno-omit-frame-pointer)
    target_link_options(flinkpack_flags INTERFACE ${sanitize})
endif()
if(FLINKPACK_HARDEN)
    flinkpack_require_flag(-fstack-protector-strong)
    # These depend on the processor.
    foreach(flag -fstack-clash-protection -fcf-protection -mbranch-protection=standard)
        string(MAKE_C_IDENTIFIER "HAVE${flag}" variable)
        check_c_compiler_flag("${flag}" ${variable})
        if(${variable})
            target_compile_options(flinkpack_flags INTERFACE "${flag}")
        endif()
    endforeach()
    # Level 3 needs both the compiler (gcc 12) and the C library (glibc 2.34).
    set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -Werror")
    check_c_source_compiles("#include <string.h>
        #if __USE_FORTIFY_LEVEL != 3
        #error
        #endif
        int main(void) { return 0; }" HAVE_FORTIFY_3)
    unset(CMAKE_REQUIRED_FLAGS)
    set(fortify 2)
    if(HAVE_FORTIFY_3)
        set(fortify 3)
    endif()
    # Some compilers come with a level of their own.
    target_compile_options(flinkpack_flags INTERFACE
        "$<$<NOT:$<CONFIG:Debug>>:SHELL:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${fortify}>")
    target_link_options(flinkpack_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -pie)
endif()

target_compile_definitions(flinkpack_flags INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64
    FLINKPACK_VERSION="${PROJECT_VERSION}")
target_include_directories(flinkpack_flags INTERFACE "${CMAKE_SOURCE_DIR}/include")
target_compile_options(flinkpack_flags INTERFACE "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
# Else the macros of OpenSSL put the name of each file that frees something into the program, as the
# compiler was given it, which differs from machine to machine.
target_compile_definitions(flinkpack_flags INTERFACE OPENSSL_NO_FILENAMES)

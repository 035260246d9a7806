add_library(alpine_parts STATIC alpine/parts.c)
target_link_libraries(alpine_parts PUBLIC flinkpack_alpine PkgConfig::cmocka PkgConfig::zlib)
foreach(stem index package repository resolver signature solver version)
    fp_add_unit_test(alpine test_${stem}.c LIBRARIES alpine_parts)
endforeach()
target_include_directories(unit_alpine_test_package PRIVATE "${CMAKE_SOURCE_DIR}/builder")

# Not a test: scripts/bench-packages runs it.
add_executable(bench_apk_resolve alpine/bench_resolve.c)
target_link_libraries(bench_apk_resolve PRIVATE flinkpack_alpine)

foreach(stem elf index package resolver version)
    fp_add_unit_test(alpine test_${stem}.c)
endforeach()

# Not a test: scripts/bench-packages runs it.
add_executable(bench_apk_resolve alpine/bench_resolve.c)
target_link_libraries(bench_apk_resolve PRIVATE flinkpack_alpine)

add_library(store_fixture STATIC store/fixture.c store/recorder.c)
target_link_libraries(store_fixture PUBLIC flinkpack_store PkgConfig::cmocka PkgConfig::zlib)
foreach(test image location layout_index layout layout_links archive cache cache_evict
             cache_file copy push referrers rootfs registry_repo)
    fp_add_unit_test(store test_${test}.c LIBRARIES store_fixture)
endforeach()

fp_add_fuzz(inventory sbom)
target_include_directories(fuzz_inventory PRIVATE "${CMAKE_SOURCE_DIR}/builder" "${CMAKE_SOURCE_DIR}/builder/sbom")

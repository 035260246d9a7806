fp_add_fuzz(yaml_write deploy)
fp_add_fuzz(patch deploy)
target_include_directories(fuzz_patch PRIVATE "${CMAKE_SOURCE_DIR}/builder")

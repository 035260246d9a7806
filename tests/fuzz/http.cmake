fp_add_fuzz(url http)
fp_add_fuzz(http_headers http)
target_include_directories(fuzz_http_headers PRIVATE "${CMAKE_SOURCE_DIR}/builder")

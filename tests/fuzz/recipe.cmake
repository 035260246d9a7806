fp_add_fuzz(lock recipe)
target_include_directories(fuzz_lock PRIVATE "${CMAKE_SOURCE_DIR}/builder")

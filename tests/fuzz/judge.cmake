fp_add_fuzz(api judge)
fp_add_fuzz(class_file judge)
target_include_directories(fuzz_class_file PRIVATE "${CMAKE_SOURCE_DIR}/builder")
fp_add_fuzz(jar_facts judge)

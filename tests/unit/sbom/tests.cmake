foreach(test lists documents)
    fp_add_unit_test(sbom test_${test}.c)
    target_include_directories(unit_sbom_test_${test} PRIVATE "${CMAKE_SOURCE_DIR}/builder/sbom")
endforeach()

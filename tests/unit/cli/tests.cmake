foreach(test options tables suggest format progress)
    fp_add_unit_test(cli test_${test}.c)
    target_include_directories(unit_cli_test_${test} PRIVATE "${CMAKE_SOURCE_DIR}/builder/cli")
endforeach()

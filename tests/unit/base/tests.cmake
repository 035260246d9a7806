foreach(stem account catalogue facts inspect java)
    fp_add_unit_test(base test_${stem}.c)
    target_compile_definitions(unit_base_test_${stem} PRIVATE
        BASE_IMAGES="${CMAKE_SOURCE_DIR}/base-images")
endforeach()
fp_add_unit_test(base test_machine.c)

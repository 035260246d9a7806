foreach(test buf error hash stream)
    fp_add_unit_test(support test_${test}.c)
endforeach()

foreach(stem digest reference media platform descriptor document manifest index config change)
    fp_add_unit_test(image test_${stem}.c)
endforeach()

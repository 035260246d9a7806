foreach(stem version index resolver)
    fp_add_unit_test(alpine test_${stem}.c)
endforeach()

foreach(test buf cpus error file hash input interrupt json newfile pool process progress shell stream yaml)
    fp_add_unit_test(support test_${test}.c)
endforeach()
# The refusals of file systems that this machine does not have.
foreach(function faccessat linkat renameat2 rename link fsync)
    target_link_options(unit_support_test_newfile PRIVATE "LINKER:--wrap=${function}")
endforeach()

foreach(test base64 buf cancel cpus elf error file group hash input json process progress secret shell
        signals stream time yaml)
    fp_add_unit_test(support test_${test}.c)
endforeach()
# The refusals of file systems that this machine does not have.
fp_add_unit_test(support test_newfile.c OWN newfile.c
    WRAP faccessat linkat renameat2 rename link fsync)
fp_add_unit_test(support test_kept.c OWN kept.c lock.c WRAP flock nanosleep)

fp_add_unit_test(support test_pgp.c)

fp_add_fuzz(passwd base)

fp_add_fuzz(api judge)

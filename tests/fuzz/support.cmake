fp_add_fuzz(elf support)
fp_add_fuzz(json support)
fp_add_fuzz(yaml support)
fp_add_fuzz(time support)

fp_add_fuzz(json support)
fp_add_fuzz(yaml support)

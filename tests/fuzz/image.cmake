fp_add_fuzz(reference image)
fp_add_fuzz(platform image)
fp_add_fuzz(document image)
fp_add_fuzz(config image)

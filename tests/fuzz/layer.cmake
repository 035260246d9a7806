fp_add_fuzz(scan_tar layer)
fp_add_fuzz(tar_reader layer)
fp_add_fuzz(inflate layer)
fp_add_fuzz(tree_apply layer)

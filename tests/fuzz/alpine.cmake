fp_add_fuzz(apk_version alpine)
fp_add_fuzz(apk_index alpine)
fp_add_fuzz(apk_package alpine)

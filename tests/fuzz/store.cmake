fp_add_fuzz(layout_index store)
fp_add_fuzz(archive_index store)
fp_add_fuzz(location store)

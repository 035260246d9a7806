fp_add_unit_test(layer test_blob.c)
fp_add_unit_test(layer test_codec.c)
fp_add_unit_test(layer test_tree.c)

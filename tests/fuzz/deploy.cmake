fp_add_fuzz(yaml_write deploy)

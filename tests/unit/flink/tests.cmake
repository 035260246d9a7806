fp_add_unit_test(flink test_version.c)
fp_add_unit_test(flink test_conf.c)
fp_add_unit_test(flink test_distribution.c)

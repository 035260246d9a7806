fp_add_unit_test(judge test_finding.c)

fp_add_unit_test(judge test_finding.c)
fp_add_unit_test(judge test_api.c)
target_include_directories(unit_judge_test_api PRIVATE "${CMAKE_SOURCE_DIR}/builder/judge")

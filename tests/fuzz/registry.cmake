foreach(target www_authenticate docker_config credential_helper registry_errors)
    fp_add_fuzz(${target} registry)
    target_include_directories(fuzz_${target} PRIVATE "${CMAKE_SOURCE_DIR}/builder")
endforeach()

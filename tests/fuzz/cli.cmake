foreach(target options printable values)
    fp_add_fuzz(${target} cli)
    target_include_directories(fuzz_${target} PRIVATE "${CMAKE_SOURCE_DIR}/builder/cli")
endforeach()

# A room is a folder of builder/ and a library of its own. It may use only the rooms that are named
# as below it; tests/rooms holds the #include lines to the order in builder/README.md.

# fp_add_room(NAME SOURCES file... BELOW room... LIBRARIES target...)
function(fp_add_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;BELOW;LIBRARIES" ${ARGN})
    set(below ${ROOM_BELOW})
    list(TRANSFORM below PREPEND flinkpack_)
    add_library(flinkpack_${name} STATIC ${ROOM_SOURCES})
    target_compile_options(flinkpack_${name} PRIVATE
        "SHELL:-include ${CMAKE_SOURCE_DIR}/include/flinkpack/banned.h")
    target_link_libraries(flinkpack_${name} PUBLIC ${below} ${ROOM_LIBRARIES} flinkpack_flags)
endfunction()

# fp_add_unit_test(ROOM file.c [LIBRARIES target...]): a cmocka program tests/unit/ROOM/file.c
function(fp_add_unit_test room file)
    cmake_parse_arguments(UNIT "" "" "LIBRARIES" ${ARGN})
    get_filename_component(stem ${file} NAME_WE)
    set(target unit_${room}_${stem})
    add_executable(${target} ${room}/${file})
    target_link_libraries(${target} PRIVATE flinkpack_${room} ${UNIT_LIBRARIES} PkgConfig::cmocka)
    target_compile_definitions(${target} PRIVATE
        FLINKPACK_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
    add_test(NAME unit.${room}.${stem} COMMAND ${target})
endfunction()

# fp_add_fuzz(NAME ROOM): tests/fuzz/NAME.c with its corpus in tests/fuzz/corpora/NAME. With
# FLINKPACK_FUZZ it is a libFuzzer program; in the ordinary build its corpus is replayed by ctest.
function(fp_add_fuzz name room)
    set(target fuzz_${name})
    if(FLINKPACK_FUZZ)
        add_executable(${target} ${name}.c)
        target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
        add_executable(${target} ${name}.c replay.c)
        add_test(NAME fuzz.${name} COMMAND ${target} "${CMAKE_CURRENT_SOURCE_DIR}/corpora/${name}")
    endif()
    target_link_libraries(${target} PRIVATE flinkpack_${room})
endfunction()

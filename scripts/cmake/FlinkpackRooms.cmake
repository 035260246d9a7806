# A room is a folder of builder/ and a library of its own. It may use only the rooms that are named
# as below it; tests/rooms holds the #include lines to the order in builder/README.md.

# fp_add_room(NAME SOURCES file... BELOW room... LIBRARIES target...)
function(fp_add_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;BELOW;LIBRARIES" ${ARGN})
    set(below ${ROOM_BELOW})
    list(TRANSFORM below PREPEND flinkpack_)
    # Static, or shared where BUILD_SHARED_LIBS is set, as in the preset dev: there a changed line
    # costs one link, and not one for each program that stands on the room.
    add_library(flinkpack_${name} ${ROOM_SOURCES})
    target_compile_options(flinkpack_${name} PRIVATE
        "SHELL:-include ${CMAKE_SOURCE_DIR}/include/flinkpack/banned.h")
    target_link_libraries(flinkpack_${name} PUBLIC ${below} ${ROOM_LIBRARIES} flinkpack_flags)
endfunction()

# fp_add_unit_test(ROOM file.c [LIBRARIES target...] [WRAP function...]): a cmocka program
# tests/unit/ROOM/file.c. What it wraps (the linker's --wrap, which reaches into no shared object) is
# wrapped in sources of the room that the program has of its own: OWN file.c...
function(fp_add_unit_test room file)
    cmake_parse_arguments(UNIT "" "" "LIBRARIES;WRAP;OWN" ${ARGN})
    get_filename_component(stem ${file} NAME_WE)
    set(target unit_${room}_${stem})
    list(TRANSFORM UNIT_OWN PREPEND "${CMAKE_SOURCE_DIR}/builder/${room}/")
    add_executable(${target} ${room}/${file} ${UNIT_OWN})
    foreach(function ${UNIT_WRAP})
        target_link_options(${target} PRIVATE "LINKER:--wrap=${function}")
    endforeach()
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

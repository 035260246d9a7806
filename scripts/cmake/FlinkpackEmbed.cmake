# The catalogue of base images as a C file, so that the program alone knows it.
# cmake -D FOLDER=.../base-images -D OUTPUT=catalogue_builtin.c -P FlinkpackEmbed.cmake
file(GLOB files "${FOLDER}/*.json")
list(REMOVE_ITEM files "${FOLDER}/schema.json")
list(SORT files)

set(rows "")
foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME_WLE)
    file(READ "${file}" text)
    string(REPLACE "\\" "\\\\" text "${text}")
    string(REPLACE "\"" "\\\"" text "${text}")
    string(REPLACE "\n" "\\n\"\n     \"" text "${text}")
    string(APPEND rows "    {\"${name}\",\n     \"${text}\"},\n")
endforeach()

file(WRITE "${OUTPUT}" "/* Generated from base-images/. */
#include \"internal.h\"

const struct builtin_entry fp_builtin_entries[] = {
${rows}    {NULL, NULL},
};
")

/**
 * @file
 * Job jars: checking that a file is a jar, and reading its properties.
 */
#ifndef FLINKPACK_FLINK_JOB_H
#define FLINKPACK_FLINK_JOB_H

#include "flinkpack/store/cache.h"

/** Native code in a jar. */
struct fp_jar_native {
    char *entry; /**< "linux/amd64/libzstd.so" */
    struct fp_elf elf;
};

/** The most native code of a jar that is looked at. */
#define FP_JAR_MAX_NATIVES 256

/** The properties of a jar. Owned strings; release with fp_jar_clear(). */
struct fp_jar {
    char *main_class;     /**< the manifest's program-class, else its Main-Class; NULL: none */
    unsigned class_major; /**< highest class file version outside META-INF/versions; 0: none */
    char *class_major_of; /**< a class of that version; NULL: none */
    struct fp_jar_native *natives; /**< native code that needs a C library, for all machines */
    size_t native_count;
    bool has_flink_runtime; /**< Flink's own classes are bundled, not only connectors */
    bool has_jars;          /**< the jar contains jars */
    bool is_signed;
    int64_t newest_entry_s; /**< the newest time of its entries, read as UTC; -1: none. Unlike the
                                 file's own time, it survives copies and checkouts */
    uint64_t size;          /**< of the file, bytes */
    char sha256[FP_HASH_HEX_MAX];
};

/**
 * Read the properties of a jar without unpacking it. A jar is a zip with a central directory, at
 * most 200000 entries, and a manifest of at most 1 MiB.
 * @param cache Remembers what was found in a jar that does not change; may be NULL.
 * @return FP_E_NOT_FOUND, FP_E_IO, or FP_E_INPUT: "FILE: not a jar (...)".
 */
FP_CHECKED enum fp_code fp_jar_inspect(struct fp_cache *cache, const char *path, struct fp_jar *ret,
                                       struct fp_error *err);
/** The properties as JSON, for a record under the jar's SHA-256. A new reference; NULL: a name in
 * the jar is not UTF-8, and it has to be read each time. */
json_t *fp_jar_json(const struct fp_jar *jar);
/**
 * Read what this version of fp_jar_json() wrote.
 * @param title For errors.
 * @return FP_E_INPUT: it is damaged, or another version judged jars in another way.
 */
FP_CHECKED enum fp_code fp_jar_parse(const json_t *json, const char *title, struct fp_jar *ret,
                                     struct fp_error *err);
/** Find out whether a jar has the class `name` ("com.example.Job"). Cache and errors as for
 * fp_jar_inspect(). */
FP_CHECKED enum fp_code fp_jar_has_class(struct fp_cache *cache, const char *path, const char *name,
                                         bool *ret_found, struct fp_error *err);
/** The class "com/acme/Job" as Java writes it, "com.acme.Job". The caller owns it. */
char *fp_class_dots(const char *path);
/** The path of the class "com.acme.Job". The caller owns it. */
char *fp_class_slashes(const char *name);
/** Whether an entry of a jar is a class file that Flink's class loaders may load. */
bool fp_jar_entry_is_class(const char *name);
/** The major version of Java that class files of `class_major` need: 52 gives 8, 55 gives 11. */
unsigned fp_java_of_class_major(unsigned class_major);
/** The newest class file version that a version of Java loads: 8 gives 52. */
unsigned fp_class_major_of_java(unsigned java);
/** Release the members. */
void fp_jar_clear(struct fp_jar *jar);

#endif

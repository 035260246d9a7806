/**
 * @file
 * The classes of a jar being scanned, for the files that scan them (scan_*.c).
 */
#ifndef FLINKPACK_JUDGE_CLASS_SCAN_H
#define FLINKPACK_JUDGE_CLASS_SCAN_H

#include "class_file.h"
#include "class_names.h"
#include "flinkpack/layer/zip.h"

/** What is known of a class. */
enum fp_scan_flag {
    FP_SCAN_OPAQUE = 1,       /**< it could not be read: nothing is known of what it has */
    FP_SCAN_OUTWARD = 2,      /**< it refers to a class that is neither in the jar nor of the JDK */
    FP_SCAN_FOREIGN = 4,      /**< it inherits, maybe over others, from such a class */
    FP_SCAN_REACHED = 8,      /**< from where the job begins, or from a service list */
    FP_SCAN_SERVICE = 16,     /**< the jar lists implementations of it */
    FP_SCAN_MAIN = 32,        /**< it declares main(String[]) */
    FP_SCAN_MAIN_PUBLIC = 64, /**< ... which is public */
    FP_SCAN_MAIN_STATIC = 128, /**< ... which is static */
    FP_SCAN_PUBLIC = 256,      /**< the class is public */
    FP_SCAN_VISITING = 512,    /**< for those who walk */
    FP_SCAN_VISITED = 1024,
    FP_SCAN_HAS_SUPER = 2048,    /**< its first edge is its super class, not java/lang/Object */
    FP_SCAN_FINAL = 4096,        /**< no class inherits from it */
    FP_SCAN_LOADED = 8192,       /**< the job loads it for certain when it starts */
    FP_SCAN_INITIALISED = 16384, /**< ... and runs its static initialiser */
};

/** A class of the jar; its number is that of its name. */
struct fp_scan_class {
    uint64_t offset; /**< in the zip, as are the next three */
    uint32_t size;
    uint32_t packed_size;
    uint8_t method;
    uint16_t flags; /**< enum fp_scan_flag */
    uint16_t major;
    uint16_t parent_count; /**< the first of its edges: the super class, then interfaces */
    uint16_t edge_count;
    uint16_t member_count;
    uint32_t edges;   /**< where they begin in fp_class_scan.edges */
    uint32_t members; /**< likewise in .members */
    uint32_t by;      /**< a class that refers to it, one that is reached if it is; or FP_NO_NAME */
};

/** Numbers. */
struct fp_scan_words {
    uint32_t *items;
    size_t len;
    size_t cap;
};

/** What is known of a text of the class file at hand. */
struct fp_scan_memo {
    uint32_t stamp; /**< of the file; another one: nothing is known */
    uint32_t value;
};

/** A service and a class that the jar lists for it. */
struct fp_scan_service {
    uint32_t service; /**< the number of its name, or FP_NO_NAME: it is not in the jar */
    uint32_t implementation;
};

/** Classes being scanned. */
struct fp_class_scan {
    struct fp_names names; /**< of the jar's classes first, in the order of its directory */
    struct fp_scan_class *classes;
    size_t class_cap;
    uint32_t class_count;
    uint32_t there_count;     /**< names below it are in the jar, if only in META-INF/versions */
    struct fp_strv versioned; /**< entries of META-INF/versions */
    struct fp_strv services;  /**< names of services, each with */
    struct fp_strv implementations; /**< a class */
    size_t service_bytes;
    struct fp_scan_service *pairs; /**< services.len, once the names are known */
    struct fp_scan_words edges;    /**< numbers of names */
    struct fp_scan_words members;  /**< hashes of names and descriptors */
    uint64_t bytes;                /**< of class files that were read */

    struct fp_zip *zip;  /**< borrowed */
    unsigned char *data; /**< the class file at hand */
    size_t data_cap;
    struct fp_class_file file;
    uint32_t stamp;
    struct fp_scan_memo *hashes;  /**< by the index of a text */
    struct fp_scan_memo *numbers; /**< of texts as names of classes */
    struct fp_scan_memo *uses;    /**< of texts as names of classes that were looked at */
    struct fp_scan_memo *texts;   /**< of texts as strings */

    uint32_t entry;   /**< the class that the job begins with, or FP_NO_NAME */
    char *entry_name; /**< "com/acme/Job"; NULL: none */
    char *own; /**< what the names of the job's own classes begin with; NULL: there are none */
    bool own_is_exact; /**< ... of those right there only, not below */
};

/** Whether a class of the JDK has that name, "java/lang/Object", in each Java that Flink runs on.
 */
bool fp_scan_is_jdk(const char *name, size_t len);
/** Whether a name is of the job's own code. */
bool fp_scan_is_own(const struct fp_class_scan *scan, const char *name);
/** Read and parse a class; `*ret` is false if it is opaque. */
FP_CHECKED enum fp_code fp_class_scan_open(struct fp_class_scan *scan, uint32_t number, bool *ret,
                                           struct fp_error *err);
/** The hash of a member; the work for each text is done once. */
uint32_t fp_scan_member_hash(struct fp_class_scan *scan, struct fp_class_text name,
                             struct fp_class_text descriptor);
/** The hash of a member that no class file is at hand for. */
uint32_t fp_scan_hash_of(const char *name, const char *descriptor);
/** Whether a text of the class at hand comes by for the first time, as it does only once. */
bool fp_scan_is_first(struct fp_class_scan *scan, struct fp_scan_memo *memos,
                      struct fp_class_text text);
/** The number of a class of the jar, or another one's, as fp_names_find(); the work for each text
 * is done once. */
uint32_t fp_scan_class_number(struct fp_class_scan *scan, struct fp_class_text name);
/** Compare numbers, for qsort() and bsearch(). */
int fp_scan_compare_words(const void *left, const void *right);
/** Append a number, up to a limit. False: it had no room. */
bool fp_scan_add_word(struct fp_scan_words *words, uint32_t word, size_t max);

/** Read all classes: what they inherit, refer to and declare. */
FP_CHECKED enum fp_code fp_class_scan_read(struct fp_class_scan *scan, struct fp_error *err);
/** Find out which classes are reached, and which inherit from outside. */
FP_CHECKED enum fp_code fp_class_scan_reach(struct fp_class_scan *scan, struct fp_error *err);
/** Add the facts "flink", "absent", "uris" and "ddl". */
FP_CHECKED enum fp_code fp_class_scan_references(struct fp_class_scan *scan, json_t *facts,
                                                 struct fp_error *err);
/** Add the facts "classes", "majors", "mains" and "entry". */
void fp_class_scan_report(const struct fp_class_scan *scan, json_t *facts);

#endif

/**
 * @file
 * Macros for the rows of the option tables.
 */
#ifndef FLINKPACK_CLI_TABLE_H
#define FLINKPACK_CLI_TABLE_H

#include "args.h"

/** The type of the member that stores an option of each kind. */
#define FP_TYPE_OF_FLAG     bool
#define FP_TYPE_OF_TEXT     const char *
#define FP_TYPE_OF_CHOICE   const char *
#define FP_TYPE_OF_OPTIONAL const char *
#define FP_TYPE_OF_NUMBER   int64_t
#define FP_TYPE_OF_DURATION int64_t
#define FP_TYPE_OF_SIZE     int64_t
#define FP_TYPE_OF_LIST     struct fp_strv
#define FP_TYPE_OF_COMMAS   struct fp_strv
#define FP_TYPE_OF_MAP      struct fp_strv

/* NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in parentheses here */
/** The offset of a member, which has to be of that type. */
#define FP_ARGS_OFFSET(type, member)                                                               \
    _Generic(((struct fp_args *) 0)->member, type : offsetof(struct fp_args, member))
/* NOLINTEND(bugprone-macro-parentheses) */

/**
 * A row of an option table: FP_OPTION(TEXT, "job-jar", "FILE", build.job_jar, CONTENT, "the jar").
 * The arguments are kind and `decides` (without their prefixes), name, metavar, help, and a member
 * of struct fp_args. Designated initialisers of struct fp_option may follow.
 */
#define FP_OPTION(type, option_name, value, member, decided, ...)                                  \
    {                                                                                              \
        .kind = FP_OPTION_##type, .name = (option_name), .metavar = (value),                       \
        .offset = FP_ARGS_OFFSET(FP_TYPE_OF_##type, member), .decides = FP_DECIDES_##decided,      \
        .help = __VA_ARGS__                                                                        \
    }
/** A row for a flag. */
#define FP_FLAG(option_name, member, decided, ...)                                                 \
    FP_OPTION(FLAG, option_name, NULL, member, decided, __VA_ARGS__)

/** Rows that several commands share. */
#define FP_OPTION_LOCK_FILE                                                                        \
    FP_OPTION(TEXT, "lock-file", "FILE", build.lock_file, SOURCE,                                  \
              "what 'lock' writes and a build obeys",                                              \
              .fallback = "flinkpack.lock, here or beside the file of --config")
#define FP_OPTION_ADD                                                                              \
    FP_OPTION(LIST, "add", "SRC:DEST[:MODE]", build.add, CONTENT,                                  \
              "a file or folder, put at DEST in the image; {os}, {arch} and {variant} in SRC "     \
              "stand for those of each platform")
#define FP_OPTION_ALLOW                                                                            \
    FP_OPTION(COMMAS, "allow", "NAME,...", build.allow, CONTENT,                                   \
              "findings that are known and not told; 'flinkpack check --help' lists their names")
#define FP_OPTION_ENV                                                                              \
    FP_OPTION(MAP, "env", "NAME=VALUE", build.env, CONTENT,                                        \
              "an environment variable of the image", .is_valid = fp_is_assignment)
#define FP_OPTION_MUSL_NATIVES                                                                     \
    FP_FLAG("allow-musl-natives", build.allow_musl_natives, CONTENT,                               \
            "use RocksDB or a job's own native code for glibc on a base that has musl")
#define FP_OPTION_PLATFORMS                                                                        \
    FP_OPTION(COMMAS, "platform", "OS/ARCH,...", build.platforms, CONTENT,                         \
              "the platforms; several make an index", .fallback = "linux/amd64")
#define FP_OPTION_EPOCH                                                                            \
    FP_OPTION(NUMBER, "source-date-epoch", "SECONDS", source_date_epoch, CONTENT,                  \
              "the time in the image, in seconds since 1970", .min = 0, .max = 253402300799,       \
              .environment = "SOURCE_DATE_EPOCH", .fallback = "the newest time of the inputs")
#define FP_OPTION_CACHE_MAX_SIZE                                                                   \
    FP_OPTION(SIZE, "cache-max-size", "SIZE", build.cache_max_bytes, CONTENT,                      \
              "what the cache may hold, downloads included; beyond that, what was used longest "   \
              "ago is removed",                                                                    \
              .min = 0, .max = (int64_t) 1 << 50, .fallback = "10G")
#define FP_OPTION_ONE_PLATFORM                                                                     \
    FP_OPTION(TEXT, "platform", "OS/ARCH", platform, UNSAID,                                       \
              "of an image for several platforms only this one", .flags = FP_OPTION_ARGV_ONLY,     \
              .fallback = "all")

#endif

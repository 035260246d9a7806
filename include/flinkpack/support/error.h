/**
 * @file
 * Errors: a value that the caller owns, with nothing to free and no globals.
 *
 * Every function that can fail returns an enum fp_code and takes the error to fill as its last
 * parameter. The text is written once, where the cause is known (file, URL, option, expected and
 * actual digest); callers only add context in front. Nothing below builder/cli prints it.
 */
#ifndef FLINKPACK_SUPPORT_ERROR_H
#define FLINKPACK_SUPPORT_ERROR_H

#include <stdarg.h>

/** The caller has to use the result. */
#define FP_CHECKED __attribute__((warn_unused_result))
/** printf-like: the format is parameter F, its arguments begin at parameter A. */
#define FP_PRINTF(F, A) __attribute__((format(printf, F, A)))

/** The kind of a failure. The value is the exit status of the program, as the README documents
 * it. */
enum fp_code {
    FP_OK = 0,
    FP_E_INTERNAL = 1,      /**< a defect of flinkpack */
    FP_E_USAGE = 2,         /**< the command line, environment or configuration file */
    FP_E_INPUT = 3,         /**< an input that is not as it should be, or exceeds a limit */
    FP_E_AUTH = 4,          /**< credentials missing or refused */
    FP_E_NOT_FOUND = 5,     /**< a file, image, release or repository that does not exist */
    FP_E_NETWORK = 6,       /**< a transfer that failed although it may work later */
    FP_E_CONFLICT = 7,      /**< the tag names another image and may not be moved */
    FP_E_VERIFY = 8,        /**< bytes that do not have the digest or size they must have */
    FP_E_IO = 9,            /**< this machine: disk full, permission, out of memory */
    FP_E_INTERRUPTED = 130, /**< SIGINT or SIGTERM arrived (the status is 128 + signal) */
};

/** A failure in words. Zero-initialise it; it owns nothing. */
struct fp_error {
    enum fp_code code;
    int sys_errno;   /**< errno if a system call failed, else 0 */
    char text[2048]; /**< the failure: "FILE: not a gzip archive"; one line, no final full stop */
    char hint[1024]; /**< a remedy: "pass --flink-checksum"; empty if there is none */
};

/**
 * Fill `err` and return `code`, so that a failing function ends in `return fp_fail(...)`.
 *
 * @param err  Overwritten, its hint cleared. May be NULL: then only the code is returned.
 * @param code Not FP_OK.
 * @param fmt  printf format of the text. Control characters in the result become '?'.
 * @return `code`
 */
FP_CHECKED enum fp_code fp_fail(struct fp_error *err, enum fp_code code, const char *fmt, ...)
    FP_PRINTF(3, 4);

/**
 * Like fp_fail(), with ": " and the words for errno added. ENOENT turns FP_E_IO into
 * FP_E_NOT_FOUND; ENOSPC and EDQUOT add a hint; ENOMEM is
 * fp_out_of_memory().
 *
 * @param err As for fp_fail(); sys_errno is set from errno, which is saved first.
 */
FP_CHECKED enum fp_code fp_fail_errno(struct fp_error *err, enum fp_code code, const char *fmt, ...)
    FP_PRINTF(3, 4);

/**
 * Fail with an earlier failure. `failure` may hold none (FP_OK).
 *
 * @return The code of `failure`.
 */
FP_CHECKED enum fp_code fp_fail_as(struct fp_error *err, const struct fp_error *failure);

/**
 * Put context in front of an error that a callee has filled: "CONTEXT: TEXT". Contexts and hints
 * explain a failure and never change its code. The given code is returned, even if `err` is NULL,
 * and FP_OK passes through with nothing done, so that a call can be wrapped:
 * FP_TRY(fp_context(fp_file_open(path, ...), err, "--layer")).
 *
 * @param code The code that the caller returns; `err` gets it too. It is the callee's code, unless
 *             the caller knows better whose fault the failure is.
 * @return `code`
 */
FP_CHECKED enum fp_code fp_context(enum fp_code code, struct fp_error *err, const char *fmt, ...)
    FP_PRINTF(3, 4);

/** Say what the user can try. Replaces an earlier hint. */
void fp_hint(struct fp_error *err, const char *fmt, ...) FP_PRINTF(2, 3);
/**
 * Like fp_hint(), to end a function: return fp_hinted(fp_fail(err, ...), err, "try this"). It adds
 * no hint if `code` is FP_OK.
 *
 * @return `code`
 */
FP_CHECKED enum fp_code fp_hinted(enum fp_code code, struct fp_error *err, const char *fmt, ...)
    FP_PRINTF(3, 4);

/**
 * Call a function that can fail, and return its code if it does. The caller returns an enum
 * fp_code, and cleanup attributes release its resources. The macro is a statement of its own, so
 * that the exit shows at the beginning of a line. A caller with more to do after a failure checks
 * the code itself.
 */
#define FP_TRY(call)                                                                               \
    do {                                                                                           \
        enum fp_code fp_try_code = (call);                                                         \
        if (fp_try_code != FP_OK)                                                                  \
            return fp_try_code;                                                                    \
    } while (0)

#ifdef __clang_analyzer__
/* The analyser sees one file at a time. It has to know that these functions return the given code,
 * or it follows paths that do not exist. */
#define fp_fail(err, code, ...)       ((void) fp_fail((err), (code), __VA_ARGS__), (code))
#define fp_fail_errno(err, code, ...) ((void) fp_fail_errno((err), (code), __VA_ARGS__), (code))
#define fp_context(code, err, ...)    fp_same((code), fp_context(FP_OK, (err), __VA_ARGS__))
#define fp_hinted(code, err, ...)     fp_same((code), fp_hinted(FP_OK, (err), __VA_ARGS__))
/** `code`. */
static inline enum fp_code fp_same(enum fp_code code, enum fp_code given)
{
    (void) given;
    return code;
}
#endif

#endif

/**
 * @file
 * The index of Flink's classes: which classes, methods and fields the jars of a distribution have.
 * It is made once for a distribution, and kept in the local cache.
 *
 * Names are kept as hashes (FNV-1a: of classes 64 bits, of members 32), so that the index of a
 * distribution takes a megabyte or two. Where two names share a hash, something that is missing
 * passes for being there, never the other way round.
 */
#ifndef FLINKPACK_JUDGE_API_H
#define FLINKPACK_JUDGE_API_H

#include "flinkpack/store/cache.h"

/** An index, or several that are asked as one. */
struct fp_api;

/** What an index says of a reference. */
enum fp_api_answer {
    FP_API_THERE,
    FP_API_NO_CLASS,  /**< no jar has the class */
    FP_API_NO_MEMBER, /**< the class, and all that it inherits from, is known, and lacks it */
    FP_API_UNKNOWN,   /**< a class that it inherits from is in no jar, or its members are not kept;
                           or it is a class of the JDK */
};

/** Part of every key of an index; increase it whenever equal jars give another index. */
#define FP_API_VERSION 1
/** The most bytes of an index; that of Flink 1.20 has 1.2 MiB. */
#define FP_API_MAX_BYTES ((size_t) 24 << 20)

/** An index being made. For one thread at a time. */
struct fp_api_builder;
/** Begin an index. */
struct fp_api_builder *fp_api_builder_new(void);
/**
 * Add the classes of a jar: the names of all, and the members below org/apache/flink/ that are not
 * private, apart from packages named "shaded".
 * @param path As fp_zip_open() takes it. What is wrong with it is named by this path.
 * @return FP_E_NOT_FOUND, FP_E_IO, FP_E_INTERRUPTED, or FP_E_INPUT: it is no jar, or damaged. After
 *         a failure the builder can only be freed.
 */
FP_CHECKED enum fp_code fp_api_builder_add(struct fp_api_builder *builder, const char *path,
                                           struct fp_error *err);
/**
 * Finish: the index, as bytes that fp_api_parse() reads. Equal jars in equal order give equal
 * bytes. Frees the builder.
 * @param ret Empty, with room for FP_API_MAX_BYTES.
 */
void fp_api_builder_finish(struct fp_api_builder *builder, struct fp_buf *ret);
/** Free an unfinished builder; NULL is fine. */
void fp_api_builder_free(struct fp_api_builder *builder);

/**
 * Parse an index, which may come from a stranger; the bytes are copied.
 * @param title For errors.
 * @return FP_E_INPUT: it is none, is damaged, or is of another version.
 */
FP_CHECKED enum fp_code fp_api_parse(const void *data, size_t len, const char *title,
                                     struct fp_api **ret, struct fp_error *err);
/** Let `api` answer for the classes of another index too, which it takes over. */
void fp_api_join(struct fp_api *api, struct fp_api *take_other);
/**
 * Look a reference up, as the JVM resolves it: in the class, then in all that it inherits from; a
 * constructor in the class only.
 * @param class_name "org/apache/flink/api/common/functions/MapFunction", or an array's: "[I"
 * @param member     A method's or field's name; NULL: only the class is asked for.
 * @param descriptor The member's descriptor: "(Ljava/lang/Object;)V"; NULL with no member.
 */
enum fp_api_answer fp_api_find(const struct fp_api *api, const char *class_name, const char *member,
                               const char *descriptor);
/** Free; NULL is fine. */
void fp_api_free(struct fp_api *api);

FP_DEFINE_CLEANUP(fp_api_builder_freep, struct fp_api_builder, fp_api_builder_free)
FP_DEFINE_CLEANUP(fp_api_freep, struct fp_api, fp_api_free)
/** Declare a builder that is freed at the end of its scope. */
#define cleanup_api_builder __attribute__((cleanup(fp_api_builder_freep)))
/** Declare an index that is freed at the end of its scope. */
#define cleanup_api __attribute__((cleanup(fp_api_freep)))

#endif

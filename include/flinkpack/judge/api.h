/**
 * @file
 * The index of Flink's classes: which classes, methods and fields the jars of a distribution have.
 * It is made once for a distribution, and kept in the local cache.
 */
#ifndef FLINKPACK_JUDGE_API_H
#define FLINKPACK_JUDGE_API_H

#include "flinkpack/store/cache.h"

/** An index. */
struct fp_api;

/** What an index says of a reference. */
enum fp_api_answer {
    FP_API_THERE,
    FP_API_NO_CLASS,  /**< no jar has the class */
    FP_API_NO_MEMBER, /**< the class, and all that it inherits from, is known, and lacks it */
    FP_API_UNKNOWN,   /**< a class that it inherits from is in no jar */
};

/** An index being made. */
struct fp_api_builder;
/** Begin an index. */
struct fp_api_builder *fp_api_builder_new(void);
/**
 * Add the classes of a jar. Members are kept of classes below org/apache/flink/, names of all.
 * @param plugin The plugin that the jar belongs to, whose classes the job does not see; NULL: the
 *               jar is in lib/.
 * @param err    FP_E_INPUT: not a jar; FP_E_IO.
 */
FP_CHECKED enum fp_code fp_api_builder_add(struct fp_api_builder *builder, const char *path,
                                           const char *plugin, struct fp_error *err);
/** Finish: the index, as a buffer that fp_api_parse() reads. Frees the builder. */
void fp_api_builder_finish(struct fp_api_builder *builder, struct fp_buf *ret);
/** Free an unfinished builder; NULL is fine. */
void fp_api_builder_free(struct fp_api_builder *builder);

/** Parse an index; the bytes are copied. FP_E_INPUT: they are none, or of another version. */
FP_CHECKED enum fp_code fp_api_parse(const void *data, size_t len, const char *title,
                                     struct fp_api **ret, struct fp_error *err);
/**
 * Look a reference up.
 * @param class_name "org/apache/flink/api/common/functions/MapFunction"
 * @param member     A method's or field's name; NULL: only the class is asked for.
 * @param descriptor The member's descriptor: "(Ljava/lang/Object;)V"; NULL with no member.
 */
enum fp_api_answer fp_api_find(const struct fp_api *api, const char *class_name, const char *member,
                               const char *descriptor);
/** Free; NULL is fine. */
void fp_api_free(struct fp_api *api);

#endif

/**
 * @file
 * Which of Flink's APIs came and went with which version.
 */
#ifndef FLINKPACK_JUDGE_HISTORY_H
#define FLINKPACK_JUDGE_HISTORY_H

#include "flinkpack/flink/version.h"

/** A change of Flink's API. Static. */
struct fp_api_change {
    /** Classes, with the classes inside them, and members, "CLASS#MEMBER", without the prefix
     * org/apache/flink/ and with spaces between them; '*' stands for any text, '?' for any letter,
     * such as a '['. */
    const char *patterns;
    unsigned major;      /**< of the version that changed it */
    unsigned minor;      /**< of that version */
    const char *api;     /**< the API in words, "the DataSet API"; NULL: the class's own name */
    const char *instead; /**< what is there in its place; NULL with what came */
};

/** What was removed, the end marked by patterns of NULL. */
extern const struct fp_api_change fp_api_removals[];
/** What was added. */
extern const struct fp_api_change fp_api_additions[];

/**
 * The removal that explains why a version does not have a class or member; NULL: the table knows
 * none.
 * @param member NULL: the class itself. "open" or "open(I)V": with the descriptor only what is
 *               said of that one method is found.
 */
const struct fp_api_change *fp_api_removed(const struct fp_flink_version *version,
                                           const char *class_name, const char *member);
/** The addition that came after a version and explains why it does not have a class or member. */
const struct fp_api_change *fp_api_not_yet(const struct fp_flink_version *version,
                                           const char *class_name, const char *member);

#endif

/**
 * @file
 * The nearest of several names to a word that was not understood.
 */
#ifndef FLINKPACK_SUPPORT_SUGGEST_H
#define FLINKPACK_SUPPORT_SUGGEST_H

#include <stdint.h>

/** What has been found so far. Everything is borrowed. */
struct fp_suggestion {
    const char *word;
    const char *best;  /**< NULL: nothing is near */
    unsigned distance; /**< of `best` */
};
/** Begin for `word`. */
struct fp_suggestion fp_suggestion_for(const char *word);
/** Look at a name. */
void fp_suggestion_consider(struct fp_suggestion *suggestion, const char *name);

#endif

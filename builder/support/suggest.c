/* Finds the most similar of several names, for hints. */
#include "flinkpack/support/text.h"

#include <string.h>

/* Names are short, so longer words get no suggestion. */
#define WORD_MAX 64

struct fp_suggestion fp_suggestion_for(const char *word)
{
    return (struct fp_suggestion){.word = word, .best = NULL, .distance = UINT32_MAX};
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* One row of the table of Damerau's and Levenshtein's distance: the cost of turning the first `i`
 * bytes of `a` into each beginning of `b`, from the two rows before. */
static void fill_row(const char *a, const char *b, size_t i, const unsigned *before_last,
                     const unsigned *last, unsigned *row)
{
    row[0] = (unsigned) i;
    for (size_t j = 1; b[j - 1] != '\0'; j++) {
        unsigned cost = a[i - 1] == b[j - 1] ? 0 : 1;
        row[j] = least(least(last[j] + 1, row[j - 1] + 1), last[j - 1] + cost);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = least(row[j], before_last[j - 2] + 1);
    }
}

static unsigned edit_distance(const char *a, const char *b)
{
    unsigned rows[3][WORD_MAX + 1] = {0};
    size_t b_len = strlen(b);
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = (unsigned) j;
    size_t i = 0;
    for (i = 1; a[i - 1] != '\0'; i++)
        fill_row(a, b, i, rows[(i + 1) % 3], rows[(i - 1) % 3], rows[i % 3]);
    return rows[(i - 1) % 3][b_len];
}

void fp_suggestion_consider(struct fp_suggestion *suggestion, const char *name)
{
    size_t word_len = strlen(suggestion->word);
    size_t name_len = strlen(name);
    if (word_len == 0 || word_len > WORD_MAX || name_len > WORD_MAX)
        return;
    unsigned distance = edit_distance(suggestion->word, name);
    /* A prefix of a name is similar to it, however long the rest is. */
    if (word_len >= 3 && strncmp(suggestion->word, name, word_len) == 0)
        distance = 1;
    size_t longer = word_len > name_len ? word_len : name_len;
    if (distance > 1 + longer / 4 || distance >= longer)
        return;
    if (distance < suggestion->distance) {
        suggestion->best = name;
        suggestion->distance = distance;
    }
}

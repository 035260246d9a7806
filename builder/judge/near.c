/* Keys that are nearly an option of Flink: two letters off, or the same words in another order. */
#include "near.h"

#include <string.h>

/* Longer keys are no slips of any option. */
#define KEY_MAX ((size_t) 120)

/* Whoever reads these takes any key that begins so. The metrics of a state backend are named by it.
 */
static const char *const FREE[] = {
    "$internal.",
    "internal.",
    "metrics.reporter.",
    "traces.reporter.",
    "env.",
    "events.reporter.",
    "external-resource.",
    "flink.hadoop.",
    "flink.yarn.",
    "containerized.",
    "kubernetes.operator.",
    "job.autoscaler.",
    "s3.",
    "s3a.",
    "s3n.",
    "presto.s3.",
    "fs.",
    "gs.",
    "oss.",
    "azure.",
    "hive.",
    "dfs.",
    "hadoop.",
    "metrics.scope.variables.",
    "mesos.",
    "FLINK_",
    "security.delegation.token.",
    "state.backend.rocksdb.metrics.",
    "state.backend.forst.metrics.",
    "cleanup-strategy.",
};

bool fp_conf_key_is_free(const char *key)
{
    for (size_t i = 0; i < sizeof(FREE) / sizeof(FREE[0]); i++)
        if (strncmp(key, FREE[i], strlen(FREE[i])) == 0)
            return true;
    return false;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static char lower_of(char c)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    if (is_upper(c))
        return letters[c - 'A'];
    return c;
}

static bool is_separator(char c)
{
    return c == '.' || c == '-' || c == '_';
}

/* A sum over the letters of a key, whatever their case and order: keys of the same words have the
 * same. */
static unsigned sum_letters(const char *key, size_t len)
{
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += is_separator(key[i]) ? 0U : (unsigned char) lower_of(key[i]);
    return sum;
}

/* The words of a key, sorted and in lower case: "taskmanager.numberOfTaskSlots" and
 * "taskmanager.number-of-task-slots" have the same. The caller owns them. */
static char *sorted_words(const char *key, size_t len)
{
    cleanup_strv struct fp_strv words = {0};
    cleanup_buf struct fp_buf spaced = FP_BUF_INIT(KEY_MAX * 2);
    for (size_t i = 0; i < len; i++) {
        char lower = lower_of(key[i]);
        bool begins = is_upper(key[i]) || is_separator(key[i]);
        if (begins)
            fp_buf_puts(&spaced, " ");
        if (!is_separator(lower))
            fp_buf_put(&spaced, &lower, 1);
    }
    fp_strv_split(&words, fp_buf_text(&spaced), ' ');
    fp_strv_sort(&words);
    return fp_strv_join(&words, " ", KEY_MAX * 2);
}

static bool have_same_words(const char *key, struct fp_conf_word other)
{
    size_t len = strlen(key);
    if (sum_letters(key, len) != sum_letters(other.text, other.len))
        return false;
    cleanup_free char *words = sorted_words(key, len);
    cleanup_free char *others = sorted_words(other.text, other.len);
    return strcmp(words, others) == 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The number of letters that are put in, left out or changed between two keys; 3: or more. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[KEY_MAX + 1];
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        size_t best = row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t above = row[j];
            row[j] = least(least(above, row[j - 1]) + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
            best = least(best, row[j]);
        }
        if (best > 2)
            return 3;
    }
    return row[b_len];
}

bool fp_conf_option_near(const char *key, unsigned version, struct fp_conf_word *ret)
{
    size_t len = strlen(key);
    size_t bound = len < 12 ? 2 : 3;
    size_t nearest = bound;
    const char *cursor = fp_conf_option_begin();
    struct fp_conf_option option;
    if (len > KEY_MAX - 3 || len < 5)
        return false;
    while (fp_conf_option_next(&cursor, &option)) {
        size_t more = option.key.len > len ? option.key.len - len : len - option.key.len;
        if (option.first > version || option.last < version || option.key.len > KEY_MAX || more > 4)
            continue;
        size_t far = more > 2 ? 3 : distance(key, len, option.key.text, option.key.len);
        if (far >= nearest && have_same_words(key, option.key))
            far = 1;
        if (far < nearest) {
            nearest = far;
            *ret = option.key;
        }
    }
    return nearest < bound;
}

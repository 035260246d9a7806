#include "flinkpack/flink/version.h"

#include <stdio.h>
#include <string.h>

#include "internal.h"

/* No part of a version of Flink comes near this; more digits are a typing error. */
#define MAX_PART 9999U

/* Read digits at `*cursor` and move it behind them. */
static bool take_number(const char **cursor, unsigned *ret)
{
    const char *p = *cursor;
    unsigned value = 0;
    while (*p >= '0' && *p <= '9' && value <= MAX_PART)
        value = value * 10 + (unsigned) (*p++ - '0');
    bool leading_zero = **cursor == '0' && p - *cursor > 1;
    if (p == *cursor || value > MAX_PART || leading_zero)
        return false;
    *cursor = p;
    *ret = value;
    return true;
}

static bool is_suffix(const char *text)
{
    if (*text == '\0')
        return true;
    if (*text != '-' || text[1] == '\0')
        return false;
    return strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-") ==
           strlen(text + 1);
}

/* The newest known release of a series, copied to `ret`; "" when there is none. */
static void newest_of_series(unsigned major, unsigned minor, char ret[48])
{
    char prefix[16] = "";
    (void) snprintf(prefix, sizeof(prefix), "%u.%u.", major, minor);
    cleanup_strv struct fp_strv known = {0};
    fp_strv_split(&known, fp_flink_known_releases(), ' ');
    ret[0] = '\0';
    for (size_t i = 0; i < known.len; i++)
        if (strncmp(known.items[i], prefix, strlen(prefix)) == 0)
            (void) snprintf(ret, 48, "%s", known.items[i]);
}

static enum fp_code fail_incomplete(const struct fp_flink_version *version, struct fp_error *err)
{
    char example[48] = "";
    newest_of_series(version->major, version->minor, example);
    if (example[0] == '\0')
        (void) snprintf(example, sizeof(example), "%u.%u.0", version->major, version->minor);
    return fp_hinted(
        fp_fail(err, FP_E_USAGE,
                "Flink version '%s': no release is called so, three numbers are needed",
                version->text),
        err, "for example %s", example);
}

enum fp_code fp_flink_version_parse(const char *text, struct fp_flink_version *ret,
                                    struct fp_error *err)
{
    struct fp_flink_version version = {0};
    const char *p = text;
    bool has_patch = false;
    bool ok = strlen(text) < sizeof(version.text) && take_number(&p, &version.major) &&
              *p++ == '.' && take_number(&p, &version.minor);
    if (ok && *p == '.') {
        p++;
        has_patch = true;
        ok = take_number(&p, &version.patch);
    }
    if (!ok || !is_suffix(p)) {
        return fp_hinted(fp_fail(err, FP_E_USAGE, "'%s' is not a version of Flink", text), err,
                         "write it as MAJOR.MINOR.PATCH, for example 1.20.4 or 2.2.1");
    }
    (void) snprintf(version.text, sizeof(version.text), "%s", text);
    if (!fp_flink_at_least(&version, 1, 5, 0)) {
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "Flink %s is too old: 1.5.0 is the oldest that is supported",
                                 text),
                         err, "1.6.0 is the first version that can run one job as a cluster");
    }
    if (!has_patch && *p == '\0')
        return fail_incomplete(&version, err);
    *ret = version;
    return FP_OK;
}

bool fp_flink_at_least(const struct fp_flink_version *version, unsigned major, unsigned minor,
                       unsigned patch)
{
    if (version->major != major)
        return version->major > major;
    if (version->minor != minor)
        return version->minor > minor;
    return version->patch >= patch;
}

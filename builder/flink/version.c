/* Parsing and comparing versions of Flink, and the list of releases. */
#include "flinkpack/flink/version.h"

#include <stdio.h>
#include <string.h>

/* The largest part of a version; more digits are a typing error. */
#define MAX_PART 9999U

/* Read a number at `*cursor`, and move the cursor past it. */
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

const char *fp_flink_known_releases(void)
{
    /* 1.11.5, 1.12.6, 1.13.4 and 1.14.1 were withdrawn before they were published. */
    return "1.5.0 1.5.1 1.5.2 1.5.3 1.5.4 1.5.5 1.5.6 "
           "1.6.0 1.6.1 1.6.2 1.6.3 1.6.4 1.7.0 1.7.1 1.7.2 "
           "1.8.0 1.8.1 1.8.2 1.8.3 1.9.0 1.9.1 1.9.2 1.9.3 "
           "1.10.0 1.10.1 1.10.2 1.10.3 1.11.0 1.11.1 1.11.2 1.11.3 1.11.4 1.11.6 "
           "1.12.0 1.12.1 1.12.2 1.12.3 1.12.4 1.12.5 1.12.7 "
           "1.13.0 1.13.1 1.13.2 1.13.3 1.13.5 1.13.6 1.14.0 1.14.2 1.14.3 1.14.4 1.14.5 1.14.6 "
           "1.15.0 1.15.1 1.15.2 1.15.3 1.15.4 1.16.0 1.16.1 1.16.2 1.16.3 "
           "1.17.0 1.17.1 1.17.2 1.18.0 1.18.1 1.19.0 1.19.1 1.19.2 1.19.3 "
           "1.20.0 1.20.1 1.20.2 1.20.3 1.20.4 1.20.5 "
           "2.0.0 2.0.1 2.0.2 2.1.0 2.1.1 2.1.2 2.1.3 2.2.0 2.2.1 2.3.0";
}

/* Copy the newest known release of a series to `ret`, or "" if there is none. */
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

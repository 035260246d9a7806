/* The configuration of log4j that --log-conf gives, in place of the image's. */
#include <string.h>

#include "config_files.h"
#include "format.h"

static const char hint[] = "begin with conf/" FP_LOG_CONF_FILE " of Flink's distribution";

/* Whether a line begins so. */
static bool has_key(const char *text, const char *key)
{
    size_t len = strlen(key);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n")) {
        line += strspn(line, " \t\n\r");
        if (strncmp(line, key, len) == 0)
            return true;
        if (*line == '\0')
            break;
    }
    return false;
}

static bool is_text(const char *text)
{
    for (const unsigned char *p = (const unsigned char *) text; *p != '\0'; p++) {
        if ((*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r') || *p == 0x7f)
            return false;
    }
    return true;
}

/* Log4j takes a file for what its name ends in; a pipe has no such name. */
static enum fp_code check_name(const char *name, struct fp_error *err)
{
    const char *end = strrchr(fp_path_base(name), '.');
    if (end == NULL || strcmp(end, ".properties") == 0)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--log-conf: %s: expected a file *.properties, which is what Flink's "
                             "scripts give to log4j",
                             name),
                     err, "%s", hint);
}

/* Flink has Log4j 2 since 1.11, which passes over the keys of Log4j 1 in silence. */
static enum fp_code check_syntax(const struct fp_deployment *d, const char *name, const char *text,
                                 struct fp_error *err)
{
    bool wants_2 = fp_flink_at_least(&d->version, 1, 11, 0);
    bool is_1 = has_key(text, "log4j.");
    bool is_2 = has_key(text, "rootLogger") || has_key(text, "appender") || has_key(text, "logger");
    if (is_1 && !is_2 && wants_2)
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "--log-conf: %s: is written for Log4j 1; Flink %s has Log4j 2",
                                 name, d->version.text),
                         err, "%s", hint);
    if (is_2 && !is_1 && !wants_2)
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "--log-conf: %s: is written for Log4j 2; Flink %s has Log4j 1",
                                 name, d->version.text),
                         err, "%s", hint);
    if (!is_1 && !is_2)
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "--log-conf: %s: has no loggers and no appenders, so it is no "
                                 "configuration of log4j",
                                 name),
                         err, "%s", hint);
    return FP_OK;
}

enum fp_code fp_deployment_check_log(struct fp_deployment *d, struct fp_error *err)
{
    const char *text = d->options->log_conf;
    const char *name = d->options->log_conf_name;
    if (text == NULL)
        return FP_OK;
    /* A mark of editors, which Java would read as letters of the first key. */
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    FP_TRY(check_name(name, err));
    if (!is_text(text))
        return fp_fail(err, FP_E_USAGE, "--log-conf: %s: has control characters", name);
    enum fp_code code = check_syntax(d, name, text, err);
    /* Windows' line ends would make it one long line of YAML. */
    d->log_conf = fp_xstrdup(text);
    char *to = d->log_conf;
    for (const char *from = text; *from != '\0'; from++) {
        if (from[0] != '\r' || from[1] != '\n')
            *to++ = *from;
    }
    *to = '\0';
    return code;
}

char *fp_log_conf_sum(const struct fp_deployment *d)
{
    char sum[FP_HASH_HEX_MAX] = "";
    if (d->log_conf == NULL)
        return NULL;
    fp_hash_bytes(FP_SHA256, d->log_conf, strlen(d->log_conf), sum);
    return fp_xstrndup(sum, 16);
}

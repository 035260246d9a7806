/* Lists of findings, and their form in JSON. */
#include "flinkpack/judge/finding.h"

#include <stdlib.h>
#include <string.h>

static const char *const SEVERITIES[] = {
    [FP_SEVERITY_INFO] = "info", [FP_SEVERITY_WARNING] = "warning", [FP_SEVERITY_ERROR] = "error"};

const char *fp_severity_name(enum fp_severity severity)
{
    return SEVERITIES[severity];
}

static void finding_clear(struct fp_finding *finding)
{
    free(finding->where);
    free(finding->entry);
    free(finding->what);
    free(finding->effect);
    free(finding->advice);
    *finding = (struct fp_finding){0};
}

/* NULL comes first. */
static int compare_texts(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int compare(const void *left, const void *right)
{
    const struct fp_finding *a = left;
    const struct fp_finding *b = right;
    int order = (int) b->severity - (int) a->severity;
    if (order == 0)
        order = strcmp(a->name, b->name);
    if (order == 0)
        order = compare_texts(a->where, b->where);
    if (order == 0)
        order = compare_texts(a->entry, b->entry);
    return order != 0 ? order : compare_texts(a->what, b->what);
}

/* Whether it is there already, or there are enough of its name. */
static bool is_too_many(const struct fp_findings *findings, const struct fp_finding *finding)
{
    size_t alike = 0;
    for (size_t i = 0; i < findings->len; i++) {
        const struct fp_finding *other = &findings->items[i];
        if (compare(other, finding) == 0)
            return true;
        alike += strcmp(other->name, finding->name) == 0 && other->severity == finding->severity;
    }
    return alike >= FP_FINDINGS_OF_NAME;
}

void fp_findings_add(struct fp_findings *findings, struct fp_finding take)
{
    if (is_too_many(findings, &take)) {
        finding_clear(&take);
        return;
    }
    findings->items =
        fp_xreallocarray(findings->items, findings->len + 1, sizeof(*findings->items));
    findings->items[findings->len++] = take;
}

void fp_findings_sort(struct fp_findings *findings)
{
    if (findings->len > 1)
        qsort(findings->items, findings->len, sizeof(*findings->items), compare);
}

size_t fp_findings_allow(struct fp_findings *findings, const struct fp_strv *names)
{
    size_t all = findings->len;
    size_t kept = 0;
    for (size_t i = 0; i < all; i++) {
        if (fp_strv_has(names, findings->items[i].name))
            finding_clear(&findings->items[i]);
        else
            findings->items[kept++] = findings->items[i];
    }
    findings->len = kept;
    return all - kept;
}

size_t fp_findings_count(const struct fp_findings *findings, enum fp_severity severity)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->len; i++)
        count += findings->items[i].severity == severity;
    return count;
}

json_t *fp_findings_json(const struct fp_findings *findings)
{
    json_t *list = json_array();
    for (size_t i = 0; i < findings->len; i++) {
        const struct fp_finding *finding = &findings->items[i];
        json_t *json = json_object();
        fp_json_set_text(json, "name", finding->name);
        fp_json_set_text(json, "severity", SEVERITIES[finding->severity]);
        fp_json_set_text(json, "where", finding->where);
        fp_json_set_text(json, "entry", finding->entry);
        fp_json_set_text(json, "what", finding->what);
        fp_json_set_text(json, "effect", finding->effect);
        fp_json_set_text(json, "advice", finding->advice);
        fp_json_append(list, json);
    }
    return list;
}

static bool parse_severity(const char *word, enum fp_severity *ret)
{
    for (size_t i = 0; word != NULL && i < sizeof(SEVERITIES) / sizeof(SEVERITIES[0]); i++) {
        *ret = (enum fp_severity) i;
        if (strcmp(SEVERITIES[i], word) == 0)
            return true;
    }
    return false;
}

static bool parse_one(const json_t *json, struct fp_findings *ret)
{
    const char *name = fp_json_string(json, "name");
    struct fp_finding finding = {.name = name != NULL ? fp_finding_name(name) : NULL};
    const char *what = fp_json_string(json, "what");
    if (finding.name == NULL || what == NULL ||
        !parse_severity(fp_json_string(json, "severity"), &finding.severity))
        return false;
    finding.where = fp_xstrdup(fp_json_string(json, "where"));
    finding.entry = fp_xstrdup(fp_json_string(json, "entry"));
    finding.what = fp_xstrdup(what);
    finding.effect = fp_xstrdup(fp_json_string(json, "effect"));
    finding.advice = fp_xstrdup(fp_json_string(json, "advice"));
    fp_findings_add(ret, finding);
    return true;
}

bool fp_findings_parse(const json_t *json, struct fp_findings *ret)
{
    cleanup_findings struct fp_findings findings = {0};
    if (!json_is_array(json))
        return false;
    for (size_t i = 0; i < json_array_size(json); i++)
        if (!parse_one(json_array_get(json, i), &findings))
            return false;
    for (size_t i = 0; i < findings.len; i++)
        fp_findings_add(ret, findings.items[i]);
    findings.len = 0;
    return true;
}

void fp_findings_clear(struct fp_findings *findings)
{
    for (size_t i = 0; i < findings->len; i++)
        finding_clear(&findings->items[i]);
    free(findings->items);
    *findings = (struct fp_findings){0};
}

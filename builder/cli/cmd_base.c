/* base list, show and pin: what the catalogue of bases has. */
#include <string.h>

#include "build_checks.h"
#include "cmd_base.h"
#include "flinkpack/base.h"
#include "flinkpack/http.h"

static void put_entry(struct fp_buf *out, const struct fp_base_entry *entry)
{
    fp_buf_putf(out, "%-24s Java %-3u %-6s %s\n", entry->name, entry->java, entry->libc,
                entry->reference != NULL ? entry->reference : "made of Alpine packages");
}

static enum fp_code list(struct fp_run *run, const struct fp_strv *folders, struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    enum fp_code code = fp_base_list(folders, &names, err);
    for (size_t i = 0; i < names.len && code == FP_OK; i++) {
        struct fp_base_entry entry = {0};
        code = fp_base_find(folders, names.items[i], &entry, err);
        if (code == FP_OK)
            put_entry(&run->out, &entry);
        fp_base_entry_clear(&entry);
    }
    return code;
}

static void put_digests(struct fp_buf *out, const json_t *digests)
{
    void *at = json_object_iter((json_t *) (uintptr_t) digests);
    for (; at != NULL; at = json_object_iter_next((json_t *) (uintptr_t) digests, at))
        fp_buf_putf(out, "%-12s %s\n", json_object_iter_key(at),
                    json_string_value(json_object_iter_value(at)));
}

static void put_whole_entry(struct fp_buf *out, const struct fp_base_entry *entry)
{
    fp_buf_putf(out,
                "Name         %s\nImage        %s\nJava         %u\n"
                "C library    %s\n",
                entry->name,
                entry->reference != NULL ? entry->reference : "made of Alpine packages",
                entry->java, entry->libc);
    for (size_t i = 0; i < entry->packages.len; i++)
        fp_buf_putf(out, "Package      %s\n", entry->packages.items[i]);
    for (size_t i = 0; i < entry->repositories.len; i++) {
        cleanup_free char *shown = fp_url_display(entry->repositories.items[i]);
        fp_buf_putf(out, "Repository   %s\n", shown);
    }
    if (entry->description != NULL)
        fp_buf_putf(out, "Description  %s\n", entry->description);
    put_digests(out, entry->digests);
}

static enum fp_code show(struct fp_run *run, const struct fp_strv *folders, struct fp_error *err)
{
    struct fp_base_entry entry = {0};
    enum fp_code code = fp_base_find(folders, run->operands.items[1], &entry, err);
    if (code == FP_OK)
        put_whole_entry(&run->out, &entry);
    fp_base_entry_clear(&entry);
    return code;
}

enum fp_code fp_run_base(struct fp_run *run, struct fp_error *err)
{
    const char *what = run->operands.items[0];
    const struct fp_strv *folders = &run->args.build.base_folders;
    FP_TRY(fp_base_check_directories(folders, err));
    if (strcmp(what, "list") == 0 && run->operands.len == 1)
        return list(run, folders, err);
    if (strcmp(what, "show") == 0 && run->operands.len == 2)
        return show(run, folders, err);
    if (strcmp(what, "pin") == 0 && run->operands.len == 2)
        return fp_base_pin(run, folders, err);
    if (strcmp(what, "check") == 0 && run->operands.len == 2)
        return fp_base_check(run, err);
    return fp_fail(err, FP_E_USAGE, "base: expected list, show NAME, pin NAME, or check IMAGE");
}

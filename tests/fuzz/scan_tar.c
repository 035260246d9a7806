/* Tar archives: the scanned entries are clean for any input. */
#include "flinkpack/layer/scan.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const char *path)
{
    size_t len = strlen(path);
    if (path[0] == '/' || len > FP_SCAN_MAX_PATH || strstr(path, "//") != NULL)
        abort();
    if (strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0 || strstr(path, "/../") != NULL ||
        (len >= 3 && strcmp(path + len - 3, "/..") == 0))
        abort();
}

static enum fp_code visit(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                          const char *raw_path, enum fp_scan_action *ret_action,
                          struct fp_error *err)
{
    (void) context, (void) ret_action;
    char content[1000];
    size_t len = 0;
    check_path(entry->path);
    if (raw_path == NULL || (entry->kind == FP_ENTRY_SYMLINK && entry->link == NULL))
        abort();
    if (entry->kind == FP_ENTRY_HARDLINK)
        check_path(entry->link);
    /* Only a part is read, so the rest has to be skipped. */
    return entry->kind == FP_ENTRY_FILE ? fp_scan_read(scan, content, sizeof(content), &len, err)
                                        : FP_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_error err = {0};
    struct fp_scan_summary summary = {0};
    cleanup_source struct fp_source *source = fp_source_memory(data, size);
    enum fp_code code = fp_scan_tar_summary(source, "x", true, visit, NULL, &summary, &err);
    if (code != FP_OK && (code != FP_E_INPUT || err.text[0] == '\0'))
        abort();
    if (code == FP_OK && summary.tar_bytes != size)
        abort();
    return 0;
}

/*
 * Counts roughly what the cache holds, so that closing it need not look at every file. The file
 * records/.count has a line of 20 digits for each addition; a walk over all files replaces them
 * with their sum. What two processes do at once can make it wrong by a little, until the next walk.
 */
#include "cache_count.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_LEN  21
#define MAX_LINES 4096

static const char name[] = ".count";

void fp_cache_count(struct fp_cache *cache, uint64_t bytes)
{
    char line[LINE_LEN + 1];
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
    int records = fp_cache_records(cache, true);
    cleanup_fd int fd = records >= 0 ? openat(records, name, flags, 0600) : -1;
    (void) snprintf(line, sizeof(line), "%020" PRIu64 "\n", bytes);
    atomic_store(&cache->has_added, true);
    if (fd >= 0 && write(fd, line, LINE_LEN) != LINE_LEN)
        errno = 0; /* the next walk counts again */
}

bool fp_cache_counted(struct fp_cache *cache, uint64_t *ret_bytes)
{
    struct stat st = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT((size_t) MAX_LINES * LINE_LEN);
    int records = fp_cache_records(cache, false);
    int fd = records >= 0 ? fp_cache_file_open(records, name, &st) : -1;
    if (fd < 0)
        return false;
    cleanup_source struct fp_source *source = fp_source_fd(fd, name, 0, UINT64_MAX);
    if (fp_source_read_all(source, &text, NULL) != FP_OK || text.len == 0 ||
        text.len % LINE_LEN != 0)
        return false;
    *ret_bytes = 0;
    for (const char *line = fp_buf_text(&text); *line != '\0'; line += LINE_LEN) {
        if (strspn(line, "0123456789") != LINE_LEN - 1 || line[LINE_LEN - 1] != '\n' ||
            __builtin_add_overflow(*ret_bytes, strtoull(line, NULL, 10), ret_bytes))
            return false;
    }
    return true;
}

void fp_cache_recount(struct fp_cache *cache, uint64_t bytes)
{
    char line[LINE_LEN + 1];
    int records = fp_cache_records(cache, false);
    (void) snprintf(line, sizeof(line), "%020" PRIu64 "\n", bytes);
    if (records >= 0)
        (void) !fp_cache_file_write(records, name, line, LINE_LEN);
}

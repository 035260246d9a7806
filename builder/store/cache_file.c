/*
 * Digests of local files, remembered by what stat() says of them.
 *
 * A write changes the ctime, which nobody can set, unless it comes so soon after another change
 * that the clock of the file system shows the same time. So a file is only remembered if it was
 * older than that when the look at it began, and its state was the same when it had been read.
 */
#include "cache_dir.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define KIND "file"

/* The steps in which file systems show times: those of this kernel follow its tick, at most 10 ms;
 * old formats have whole seconds, or two; and a server's clock may differ from ours. */
#define TICK_NS   INT64_C(20000000)
#define SECOND_NS INT64_C(1000000000)
#define COARSE_NS (3 * SECOND_NS)
#define SERVER_NS (60 * SECOND_NS)

/* From linux/magic.h and the sources of the file systems. */
static const uint32_t local_types[] = {
    0xef53,     /* ext2, ext3, ext4 */
    0x58465342, /* xfs */
    0x9123683e, /* btrfs */
    0x01021994, /* tmpfs */
    0x858458f6, /* ramfs */
    0x794c7630, /* overlayfs */
    0xf2f52010, /* f2fs */
    0x2fc12fc1, /* zfs */
};

static int64_t step_of(int fd, const struct stat *st)
{
    struct statfs fs = {0};
    if (fstatfs(fd, &fs) != 0)
        return SERVER_NS;
    for (size_t i = 0; i < sizeof(local_types) / sizeof(local_types[0]); i++) {
        if ((uint32_t) fs.f_type == local_types[i])
            return st->st_ctim.tv_nsec != 0 ? TICK_NS : COARSE_NS;
    }
    return SERVER_NS;
}

static bool is_older(const struct timespec *time, const struct timespec *than, int64_t by_ns)
{
    int64_t seconds = 0;
    int64_t ns = 0;
    if (__builtin_sub_overflow(than->tv_sec, time->tv_sec, &seconds))
        return time->tv_sec < 0;
    if (__builtin_mul_overflow(seconds, SECOND_NS, &ns) ||
        __builtin_add_overflow(ns, than->tv_nsec - time->tv_nsec, &ns))
        return seconds > 0;
    return ns > by_ns;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* The key of a file, and the text of its state. */
struct stamp {
    char key[FP_HASH_HEX_MAX];
    char state[160];
};

static struct stamp stamp_of(const struct stat *st)
{
    struct stamp stamp = {.key = ""};
    cleanup_free char *id = fp_xasprintf("%ju:%ju", (uintmax_t) st->st_dev, (uintmax_t) st->st_ino);
    fp_hash_bytes(FP_SHA256, id, strlen(id), stamp.key);
    (void) snprintf(stamp.state, sizeof(stamp.state), "%s %jd %jd.%09ld %jd.%09ld", id,
                    (intmax_t) st->st_size, (intmax_t) st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
                    (intmax_t) st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
    return stamp;
}

static bool recall(struct fp_cache *cache, const struct stat *st, char ret_hex[FP_HASH_HEX_MAX])
{
    struct fp_digest digest = {0};
    struct stamp stamp = stamp_of(st);
    cleanup_json json_t *record = fp_cache_get(cache, KIND, stamp.key);
    const char *state = fp_json_string(record, "state");
    const char *text = fp_json_string(record, "digest");
    if (state == NULL || strcmp(state, stamp.state) != 0 || text == NULL ||
        fp_digest_parse(text, KIND, &digest, NULL) != FP_OK ||
        fp_digest_algorithm(&digest) != FP_SHA256)
        return false;
    (void) snprintf(ret_hex, FP_HASH_HEX_MAX, "%s", fp_digest_hex(&digest));
    return true;
}

/* Remember the digest of an open file, if it did not change since `then` and a change would show.
 */
static void remember(struct fp_cache *cache, int fd, const struct stat *then,
                     const struct timespec *looked_at, const char *hex)
{
    struct stat now = {0};
    char known[FP_HASH_HEX_MAX] = "";
    int64_t step_ns = step_of(fd, then);
    struct stamp stamp = stamp_of(then);
    if (cache == NULL || fstat(fd, &now) != 0 || !is_same(&now, then) ||
        !is_older(&then->st_mtim, looked_at, step_ns) ||
        !is_older(&then->st_ctim, looked_at, step_ns))
        return;
    if (recall(cache, then, known) && strcmp(known, hex) == 0)
        return;
    cleanup_free char *digest = fp_xasprintf("sha256:%s", hex);
    cleanup_json json_t *record = json_object();
    fp_json_set_text(record, "state", stamp.state);
    fp_json_set_text(record, "digest", digest);
    fp_cache_put(cache, KIND, stamp.key, record);
}

bool fp_cache_knows_input(struct fp_cache *cache, struct fp_input *input,
                          char ret_hex[FP_HASH_HEX_MAX])
{
    struct stat now = {0};
    if (fp_input_has_sha256(input, ret_hex))
        return true;
    if (cache == NULL || fstat(input->fd, &now) != 0 || !is_same(&now, &input->opened) ||
        !recall(cache, &now, ret_hex))
        return false;
    fp_input_set_sha256(input, ret_hex);
    return true;
}

enum fp_code fp_cache_input_sha256(struct fp_cache *cache, struct fp_input *input,
                                   char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err)
{
    bool is_computed = fp_input_has_sha256(input, ret_hex);
    if (!is_computed && fp_cache_knows_input(cache, input, ret_hex))
        return FP_OK;
    FP_TRY(fp_input_sha256(input, ret_hex, err));
    remember(cache, input->fd, &input->opened, &input->opened_at, ret_hex);
    return FP_OK;
}

enum fp_code fp_cache_file_sha256(struct fp_cache *cache, const char *path,
                                  char ret_hex[FP_HASH_HEX_MAX], uint64_t *ret_bytes,
                                  struct fp_error *err)
{
    cleanup_input struct fp_input *input = NULL;
    FP_TRY(fp_input_open(path, &input, err));
    FP_TRY(fp_cache_input_sha256(cache, input, ret_hex, err));
    if (ret_bytes != NULL)
        *ret_bytes = input->bytes;
    return FP_OK;
}

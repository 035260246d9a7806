/* Creates the file that holds the contents of packages until the layer is written. */
#include "flinkpack/alpine/package.h"

#include <fcntl.h>
#include <unistd.h>

/* The limit for all packages of one image together. */
#define SPOOL_MAX_BYTES ((uint64_t) 8 << 30)

enum fp_code fp_apk_spool_open(const char *folder, struct fp_apk_spool *ret, struct fp_error *err)
{
    cleanup_free char *path = fp_path_join(folder, "contents");
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s", path);
    /* The descriptor is used as the path, because others may replace the file in a shared cache. */
    *ret = (struct fp_apk_spool){.lock = PTHREAD_MUTEX_INITIALIZER,
                                 .fd = fd,
                                 .path = fp_xasprintf("/proc/self/fd/%d", fd),
                                 .max_bytes = SPOOL_MAX_BYTES};
    return FP_OK;
}

void fp_apk_spool_clear(struct fp_apk_spool *spool)
{
    if (spool->path != NULL)
        (void) close(spool->fd);
    free(spool->path);
    *spool = (struct fp_apk_spool){.fd = -1};
}

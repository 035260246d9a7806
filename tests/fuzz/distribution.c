/* Distributions: for any archive, the layer has one top directory and clean paths. */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flinkpack/flink/distribution.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    cleanup_fd int fd = memfd_create("archive", MFD_CLOEXEC);
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fd);
    const struct fp_layer_options layer = {.folder = "/tmp"};
    const struct fp_distribution_options options = {
        .archive = path, .slim = (data[0] & 1) != 0, .layer = &layer, .mtime_s = 1};
    struct fp_distribution dist = {0};
    struct fp_error err = {0};
    if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t) (size - 1))
        abort();
    enum fp_code code = fp_distribution_read(&options, &dist, &err);
    if (code != FP_OK && (code != FP_E_INPUT || err.text[0] == '\0'))
        abort();
    if (code == FP_OK && (fp_tree_get(dist.tree, dist.top) == NULL || dist.lib_jars.len == 0 ||
                          dist.as_is == (dist.repack_reason != NULL)))
        abort();
    fp_distribution_clear(&dist);
    return 0;
}

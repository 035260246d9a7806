/* Job jars, which are read from a file without a name. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flinkpack/flink/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_fd int fd = memfd_create("jar", MFD_CLOEXEC);
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fd);
    struct fp_jar jar = {0};
    struct fp_error err = {0};
    if (fd < 0 || write(fd, data, size) != (ssize_t) size)
        abort();
    enum fp_code code = fp_jar_inspect(NULL, path, &jar, &err);
    if (code != FP_OK && (code != FP_E_INPUT || err.text[0] == '\0'))
        abort();
    if (code == FP_OK &&
        (jar.size != size || (jar.class_major > 0) != (jar.class_major_of != NULL)))
        abort();
    fp_jar_clear(&jar);
    return 0;
}

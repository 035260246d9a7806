/* Facts of jars, which are read from a file without a name. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flinkpack/judge/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_fd int fd = memfd_create("jar", MFD_CLOEXEC);
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fd);
    cleanup_json json_t *facts = NULL;
    struct fp_error err = {0};
    if (fd < 0 || write(fd, data, size) != (ssize_t) size)
        abort();
    enum fp_code code = fp_jar_facts(NULL, path, size % 2 == 0 ? "a.Job" : NULL, &facts, &err);
    if (code != FP_OK && (code != FP_E_INPUT || err.text[0] == '\0'))
        abort();
    /* They have to be fit to be kept. */
    cleanup_free char *text = code == FP_OK ? fp_json_canonical(facts) : NULL;
    cleanup_json json_t *again = NULL;
    if (text != NULL && fp_json_parse(text, strlen(text), "facts", &again, &err) != FP_OK)
        abort();
    return 0;
}

/** @file An untrusted image archive is indexed, and each member is looked up and read. */
#include <sys/mman.h>
#include <unistd.h>

#include "../../builder/store/archive_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_members(const struct fp_archive_index *index, int fd)
{
    for (size_t i = 0; i < index->len; i++) {
        const struct fp_archive_member *member = fp_archive_find(index, index->members[i].name);
        char byte = 0;
        /* A member that is found has to lie within the file. */
        if (member != NULL && member->size > 0 &&
            pread(fd, &byte, 1, (off_t) (member->offset + member->size - 1)) != 1)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_error err = {0};
    struct fp_archive_index index = {0};
    cleanup_fd int fd = memfd_create("archive", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t) size)
        return 0;
    if (fp_archive_index_fd(fd, "archive", true, &index, &err) == FP_OK)
        read_members(&index, fd);
    fp_archive_index_clear(&index);
    return 0;
}

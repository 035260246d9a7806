/* The parts that indexes and packages are made of. */
#ifndef ALPINE_PARTS_H
#define ALPINE_PARTS_H

#include "alpine_test.h"

/* A ustar member without the end of the archive; owned by games. */
void put_member(struct fp_buf *tar, const char *name, char type, const char *link,
                const char *text);
/* A file. */
void put_bytes(struct fp_buf *tar, const char *name, const void *data, size_t len);
/* A gzip member. */
void put_gzip(struct fp_buf *file, const struct fp_buf *tar);

#endif

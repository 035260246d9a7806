/**
 * @file
 * What stands between a tar stream and libarchive, which does not bound what it takes.
 *
 * The filter follows the headers and leaves everything else to libarchive. Extended headers are
 * bounded one by one, before each entry and in all, and written anew with what is read here, so
 * that access control lists cost nothing and names are bytes; maps of sparse files are bounded by
 * the bytes that they take. Both sides count, and the reader fails where they do not agree on
 * where an entry ends.
 */
#ifndef FLINKPACK_LAYER_TAR_FILTER_H
#define FLINKPACK_LAYER_TAR_FILTER_H

#include "flinkpack/layer/tar_reader.h"
#include "internal.h"

struct fp_tar_filter;

/** A filter over `source` (borrowed); `name` (borrowed) is for errors. The caller frees it. */
struct fp_tar_filter *fp_tar_filter_new(struct fp_source *source, const char *name);
/**
 * The next bytes for libarchive: a header with what belongs to it, or content.
 *
 * @param in_header libarchive looks for a header. Content that it asks for meanwhile is the map of
 *                  a sparse file; if it asks for a header while it reads content, the two do not
 *                  agree.
 * @param ret       Borrowed until the next call.
 * @param ret_len   0 at the end of the stream.
 * @return FP_E_INPUT naming what is too large, and the limit; errors of the source.
 */
FP_CHECKED enum fp_code fp_tar_filter_next(struct fp_tar_filter *filter, bool in_header,
                                           const void **ret, size_t *ret_len, struct fp_error *err);
/**
 * FP_E_INPUT where libarchive, which has taken `taken` of the bytes that were handed out, does not
 * stand where the next header is.
 */
FP_CHECKED enum fp_code fp_tar_filter_check(const struct fp_tar_filter *filter, uint64_t taken,
                                            struct fp_error *err);
/** Read the source to its end, and tell how it was. */
FP_CHECKED enum fp_code fp_tar_filter_finish(struct fp_tar_filter *filter, struct fp_tar_end *ret,
                                             struct fp_error *err);
/** Where in the source the next byte to be handed out stands. */
uint64_t fp_tar_filter_offset(const struct fp_tar_filter *filter);
/** How many bytes of the entry's content, padding included, have not been handed out. */
uint64_t fp_tar_filter_content(const struct fp_tar_filter *filter);
/** Whether nothing has come from the source. */
bool fp_tar_filter_is_empty(const struct fp_tar_filter *filter);
/** Release; NULL is fine. */
void fp_tar_filter_free(struct fp_tar_filter *filter);

#endif

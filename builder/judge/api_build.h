/**
 * @file
 * Filling an index of classes, class by class.
 */
#ifndef FLINKPACK_JUDGE_API_BUILD_H
#define FLINKPACK_JUDGE_API_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "flinkpack/judge/api.h"

#include "class_file.h"

/**
 * Add a class, of which only the name is kept unless fp_api_builder_record() follows.
 * @param name Of `len` bytes: "org/apache/flink/api/common/functions/MapFunction"
 * @return False: there are too many.
 */
bool fp_api_builder_class(struct fp_api_builder *builder, const char *name, size_t len);
/** Begin the record of the class that was added last: what follows is all that it has. */
void fp_api_builder_record(struct fp_api_builder *builder);
/** Add a class or an interface that it inherits from. */
void fp_api_builder_super(struct fp_api_builder *builder, struct fp_class_text name);
/** Add a method or a field. */
void fp_api_builder_member(struct fp_api_builder *builder, struct fp_class_text name,
                           struct fp_class_text descriptor);
/** Forget the record again: it could not be read to its end. */
void fp_api_builder_drop(struct fp_api_builder *builder);

#endif

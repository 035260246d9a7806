/**
 * @file
 * Keys and values as the two kinds of Flink configuration file take them.
 */
#ifndef FLINKPACK_FLINK_CONF_VALUE_H
#define FLINKPACK_FLINK_CONF_VALUE_H

#include <stdbool.h>

#include "flinkpack/flink/setup.h"

/**
 * The value as it has to stand in the file. In config.yaml a value that is quoted, [a list] or
 * {a map} is kept as it is, and anything that YAML would read as something else than this text is
 * put in single quotes.
 * @return FP_E_USAGE for a key or value that such a file cannot hold. The caller owns `*ret`.
 */
FP_CHECKED enum fp_code fp_conf_value(const struct fp_conf_entry *entry, bool yaml, char **ret,
                                      struct fp_error *err);

#endif

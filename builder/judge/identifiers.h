/**
 * @file
 * The names of connectors and formats in SQL, and who implements them.
 */
#ifndef FLINKPACK_JUDGE_IDENTIFIERS_H
#define FLINKPACK_JUDGE_IDENTIFIERS_H

#include "flinkpack/flink/version.h"

/** A connector or a format. Static. */
struct fp_identifier {
    const char *names;     /**< "kafka", with spaces between several */
    const char *factories; /**< its classes, in any version, with spaces between them */
    const char *artifact;  /**< of Maven: "flink-sql-connector-kafka" */
    unsigned built_in; /**< 1 and this minor version is the first that has it in lib/; 0: none */
};

/** A connector by its name; NULL: the table does not know it. Static. */
const struct fp_identifier *fp_identifier_of_connector(const char *name);
/** Likewise a format. */
const struct fp_identifier *fp_identifier_of_format(const char *name);
/** The identifier, of either kind, that a factory's class implements; NULL: none known. */
const struct fp_identifier *fp_identifier_of_factory(const char *class_name);

#endif

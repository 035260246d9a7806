/**
 * @file
 * The factories of tables and formats that a job can use.
 */
#ifndef FLINKPACK_JUDGE_FACTORIES_H
#define FLINKPACK_JUDGE_FACTORIES_H

#include "flinkpack/judge/judge.h"
#include "identifiers.h"

/** The list of services that names them. */
#define FP_FACTORIES "org.apache.flink.table.factories.Factory"

/** The factories of the jars of a job and of lib/. Zero-initialise. */
struct fp_factories {
    json_t *listed;   /**< those that lists of services name, as keys: "com.acme.Factory" */
    json_t *there;    /**< those whose classes are there, with the paths of their jars */
    bool has_unknown; /**< there are some whose identifiers are not known */
};

/** Collect them from the facts of the jars. */
void fp_factories_read(const struct fp_judge_input *input, struct fp_factories *ret);
/** Whether a connector or format can be used: a list names it, or Flink itself has it. */
bool fp_factories_have(const struct fp_factories *factories, const struct fp_judge_input *input,
                       const struct fp_identifier *identifier);
/** Whether a jar has the class of a connector or format, but no list names it. */
bool fp_factories_lost(const struct fp_factories *factories,
                       const struct fp_identifier *identifier);
/** Release. */
void fp_factories_clear(struct fp_factories *factories);
/** Declare factories that are cleared at the end of their scope. */
#define cleanup_factories __attribute__((cleanup(fp_factories_clear)))

#endif

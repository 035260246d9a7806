/**
 * @file
 * A chart of Helm.
 */
#ifndef FLINKPACK_DEPLOY_CHART_H
#define FLINKPACK_DEPLOY_CHART_H

#include "deployment.h"

/** The files of a chart. */
FP_CHECKED enum fp_code fp_chart_files(struct fp_deployment *deployment,
                                       struct fp_deploy_result *ret, struct fp_error *err);
/** What the digest was read for: NAME@DIGEST, or "". The caller owns it. */
char *fp_chart_digest_of(const struct fp_deployment *deployment);
/** Append the named templates that say what options a chart was made with. */
FP_CHECKED enum fp_code fp_chart_put_facts(struct fp_buf *out, const struct fp_deployment *d,
                                           struct fp_error *err);

#endif

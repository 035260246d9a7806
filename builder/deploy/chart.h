/**
 * @file
 * A chart of Helm: its own files, which CMake makes part of the program, and what is generated.
 */
#ifndef FLINKPACK_DEPLOY_CHART_H
#define FLINKPACK_DEPLOY_CHART_H

#include "deployment.h"

/** A file of chart/. */
struct fp_chart_file {
    const char *path; /**< below the chart */
    const char *text;
};
/** All of them; the last one's path is NULL. */
extern const struct fp_chart_file fp_chart_files[];

/** What the digest was read for: NAME@DIGEST, or "". The caller owns it. */
char *fp_chart_digest_of(const struct fp_deployment *deployment);
/** The file templates/_options.tpl. The caller owns it. */
char *fp_chart_options(const struct fp_deployment *deployment);

#endif

/**
 * @file
 * A Helm chart: its fixed files, which CMake builds into the program, and its generated ones.
 */
#ifndef FLINKPACK_DEPLOY_CHART_H
#define FLINKPACK_DEPLOY_CHART_H

#include "deployment.h"

/** A file of the directory chart/. */
struct fp_chart_file {
    const char *path; /**< relative to the chart */
    const char *text;
};
/** All files of chart/; the path of the last entry is NULL. */
extern const struct fp_chart_file fp_chart_files[];

/** The image and its digest: NAME@DIGEST, or "" if no digest is known. The caller owns it. */
char *fp_chart_digest_of(const struct fp_deployment *deployment);
/** The text of the file templates/_options.tpl. The caller owns it. */
char *fp_chart_options(const struct fp_deployment *deployment);

#endif

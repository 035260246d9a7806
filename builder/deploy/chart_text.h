/**
 * @file
 * The parts of a chart that are the same for every image: the files in chart/.
 */
#ifndef FLINKPACK_DEPLOY_CHART_TEXT_H
#define FLINKPACK_DEPLOY_CHART_TEXT_H

extern const char fp_chart_helpers[];
extern const char fp_chart_identity[];
extern const char fp_chart_notes[];
extern const char fp_chart_schema[];
extern const char fp_chart_stop[];

#endif

/**
 * @file
 * Classes by which libraries are known, whatever the jar is called that they are in.
 */
#ifndef FLINKPACK_JUDGE_MARKERS_H
#define FLINKPACK_JUDGE_MARKERS_H

/** The library that an entry of a jar shows, "flink-runtime"; NULL: none that is asked for. Static.
 */
const char *fp_marker_of(const char *entry);

#endif

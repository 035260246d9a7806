/**
 * @file
 * What string constants of the job's own classes say of what it works with: URIs, and SQL that
 * makes tables.
 */
#ifndef FLINKPACK_JUDGE_SCAN_STRINGS_H
#define FLINKPACK_JUDGE_SCAN_STRINGS_H

#include "class_scan.h"

/** What was found. Initialise with fp_scan_strings_begin(). */
struct fp_scan_strings {
    struct fp_names uris; /**< those that are in the list */
    json_t *uri_list;
    json_t *ddl_list;
};

/** Begin with empty lists. */
void fp_scan_strings_begin(struct fp_scan_strings *strings);
/** Look at a string constant of the class `by`. */
void fp_scan_strings_look(struct fp_scan_strings *strings, struct fp_class_text text,
                          const char *by);
/** Add the facts "uris" and "ddl". */
void fp_scan_strings_report(struct fp_scan_strings *strings, json_t *facts);
/** Release everything. */
void fp_scan_strings_clear(struct fp_scan_strings *strings);

#endif

/**
 * @file
 * The part of a jar's facts that its classes tell.
 */
#ifndef FLINKPACK_JUDGE_SCAN_CLASSES_H
#define FLINKPACK_JUDGE_SCAN_CLASSES_H

#include "flinkpack/layer/zip.h"

/** The classes of a jar. */
struct fp_class_scan;

/** Begin. */
struct fp_class_scan *fp_class_scan_new(void);
/** Take note of an entry of the directory, a class or not. FP_E_INPUT: its names are too long
 * together; and errors of fp_zip_read(), for service lists. */
FP_CHECKED enum fp_code fp_class_scan_entry(struct fp_class_scan *scan, struct fp_zip *zip,
                                            const struct fp_zip_entry *entry, struct fp_error *err);
/** Whether the jar has a class "com/acme/Job", once all entries were seen. `scan` is a struct
 * fp_class_scan. */
bool fp_class_scan_has(const void *scan, const char *name);
/**
 * Read the classes, once all entries were seen, and add what they tell to the facts;
 * builder/README.md lists the members.
 * @param entry            The class that the job begins with, "com.acme.Job"; NULL: none.
 * @param is_multi_release Whether the manifest says so: META-INF/versions counts.
 * @return FP_E_IO, FP_E_INTERRUPTED. A class that is damaged is no error: nothing is known of it.
 */
FP_CHECKED enum fp_code fp_class_scan_finish(struct fp_class_scan *scan, struct fp_zip *zip,
                                             const char *entry, bool is_multi_release,
                                             json_t *facts, struct fp_error *err);
/** Free; NULL is fine. */
void fp_class_scan_free(struct fp_class_scan *scan);

FP_DEFINE_CLEANUP(fp_class_scan_freep, struct fp_class_scan, fp_class_scan_free)
/** Declare a scan that is freed at the end of its scope. */
#define cleanup_class_scan __attribute__((cleanup(fp_class_scan_freep)))

#endif

/**
 * @file
 * The part of a jar's facts that its other entries than classes tell, and names of entries alone.
 */
#ifndef FLINKPACK_JUDGE_SCAN_RESOURCES_H
#define FLINKPACK_JUDGE_SCAN_RESOURCES_H

#include "flinkpack/layer/zip.h"

/** A jar whose entries are being looked at. */
struct fp_resources;

/** Whether a jar has a class, "com/acme/Job". */
typedef bool fp_class_test(const void *context, const char *name);

/** Begin. */
struct fp_resources *fp_resources_new(void);
/** Look at an entry, which may be a class, too: its name tells things. Errors of fp_zip_read(). */
FP_CHECKED enum fp_code fp_resources_entry(struct fp_resources *resources, struct fp_zip *zip,
                                           const struct fp_zip_entry *entry, struct fp_error *err);
/** The value of an attribute of the manifest's main section, once the manifest was seen; NULL:
 * none. The names are those of fp_manifest_facts(). Borrowed. */
const char *fp_resources_attribute(const struct fp_resources *resources, const char *name);
/** The class that Flink would begin with: program-class, else Main-Class; NULL: none. Borrowed. */
const char *fp_resources_entry_class(const struct fp_resources *resources);
/**
 * Add the members to the facts, once all entries were seen; builder/README.md lists them.
 * @param entry The class that the job begins with; NULL: none.
 */
void fp_resources_finish(struct fp_resources *resources, const char *entry,
                         fp_class_test *has_class, const void *context, json_t *facts);
/** Free; NULL is fine. */
void fp_resources_free(struct fp_resources *resources);

FP_DEFINE_CLEANUP(fp_resources_freep, struct fp_resources, fp_resources_free)
/** Declare resources that are freed at the end of their scope. */
#define cleanup_resources __attribute__((cleanup(fp_resources_freep)))

#endif

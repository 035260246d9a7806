/**
 * @file
 * What a manifest says, and what is wrong with it, as members of a jar's facts.
 */
#ifndef FLINKPACK_JUDGE_MANIFEST_FACTS_H
#define FLINKPACK_JUDGE_MANIFEST_FACTS_H

#include "flinkpack/support.h"

/**
 * Read the main section.
 * @param attributes Gets Main-Class, program-class, Multi-Release, Start-Class, Class-Path,
 *                   Rsrc-Main-Class and Spring-Boot-Version, spelled like this; of an attribute
 * that is there twice Java takes the last.
 * @param faults     Gets objects with "what" and "fatal" (Java opens no such manifest), and with
 *                   "line" where there is one.
 */
void fp_manifest_facts(const char *text, size_t len, json_t *attributes, json_t *faults);

#endif

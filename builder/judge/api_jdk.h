/**
 * @file
 * What classes of the JDK pass on to those of Flink that inherit from them.
 */
#ifndef FLINKPACK_JUDGE_API_JDK_H
#define FLINKPACK_JUDGE_API_JDK_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Whether a class of the JDK has a member of that name, of its own or inherited.
 * @param class_hash Of its name: fp_api_hash_class().
 * @param ret_knows  Whether all names are known that it has, in any Java from 8 on.
 */
bool fp_api_jdk_has(uint64_t class_hash, const char *member, bool *ret_knows);

#endif

/**
 * @file
 * The bytes of an index of classes. All numbers are little-endian:
 *
 *     8 bytes   FP_API_MAGIC
 *     4 bytes   number of classes
 *     4 bytes   number of words
 *     16 each   classes, ordered by their hash: 8 bytes hash of the name; 4 bytes word at which its
 *               record begins, or FP_API_NO_RECORD; 4 bytes of zeros
 *     4 each    words: records
 *
 * A record is: the number of supers, the number of members, two words for the hash of each super
 * (the lower one first), and a word for each member, ascending.
 */
#ifndef FLINKPACK_JUDGE_API_FORMAT_H
#define FLINKPACK_JUDGE_API_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/** What an index begins with; the last two are its version. */
#define FP_API_MAGIC      "fp-api01"
#define FP_API_HEAD_BYTES 16
/** Bytes of a class. */
#define FP_API_CLASS_BYTES 16
/** Only the name of the class is kept. */
#define FP_API_NO_RECORD UINT32_MAX
/** The most classes and words. */
#define FP_API_MAX_CLASSES 500000
#define FP_API_MAX_WORDS   2000000

/** The hash of a class's name, "java/lang/Object", of `len` bytes. */
uint64_t fp_api_hash_class(const char *name, size_t len);
/** The hash of a method or field by name and descriptor. */
uint32_t fp_api_hash_member(const char *name, size_t name_len, const char *descriptor,
                            size_t descriptor_len);

#endif

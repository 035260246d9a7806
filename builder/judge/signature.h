/**
 * @file
 * Members in words for people.
 */
#ifndef FLINKPACK_JUDGE_SIGNATURE_H
#define FLINKPACK_JUDGE_SIGNATURE_H

/**
 * A member with the simple names of its parameters' types: "open(Configuration, int[])"; a
 * constructor is "<init>(...)". The caller owns it.
 * @param descriptor A method's (JVM specification, 4.3.3); NULL: a field.
 */
char *fp_signature_words(const char *member, const char *descriptor);

#endif

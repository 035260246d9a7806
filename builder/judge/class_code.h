/**
 * @file
 * What a method executes for certain, whatever its arguments are.
 */
#ifndef FLINKPACK_JUDGE_CLASS_CODE_H
#define FLINKPACK_JUDGE_CLASS_CODE_H

#include "class_file.h"

/** What an instruction does with the constant that it names. */
enum fp_code_use {
    FP_CODE_LOAD,   /**< the class is resolved: of a constant, an array, an instance's field */
    FP_CODE_NEW,    /**< an object of it is made */
    FP_CODE_STATIC, /**< its static field is used */
    FP_CODE_CALL, /**< exactly this method is called: static, a constructor, or of a super class */
    FP_CODE_VIRTUAL, /**< this method is called, or one that overrides it */
    FP_CODE_DYNAMIC, /**< a call site is linked */
};

/**
 * Called for an instruction that is executed for certain.
 * @param is_guarded An exception that a called method throws may be caught, and the job go on.
 * @return False: what follows is not certain.
 */
typedef bool fp_code_visitor(void *context, enum fp_code_use use,
                             const struct fp_class_reference *reference, bool is_guarded);

/**
 * Visit the instructions that a method executes whenever it is called, up to the first return, with
 * nothing that catches an error of linking: they lie behind the targets of all branches before
 * them. A throw on the way does not count, as a job that throws fails as well, unless it is caught
 * where the job goes on: by a handler that does more than to throw, or by a caller.
 * @param is_guarded A caller catches exceptions: the first instruction that may throw is the last
 *                   one that is certain.
 */
void fp_class_code_sure(const struct fp_class_file *file, const struct fp_class_member *method,
                        bool is_guarded, fp_code_visitor *visitor, void *context);

#endif

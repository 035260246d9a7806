/* A scan of a method's instructions (JVM specification, 4.7.3 and 6.5). */
#include "class_code.h"

#include <string.h>

/* A method with more is not scanned. */
#define HANDLERS_MAX 256
/* The most instructions of a handler that are looked at, and starts of a job that are counted. */
#define HANDLER_STEPS 64
#define STARTS_MAX    16

enum opcode {
    OP_LDC = 18,
    OP_LDC_W = 19,
    OP_LDC2_W = 20,
    OP_IALOAD = 46,
    OP_SALOAD = 53,
    OP_IASTORE = 79,
    OP_SASTORE = 86,
    OP_IDIV = 108,
    OP_LDIV = 109,
    OP_IREM = 112,
    OP_LREM = 113,
    OP_IFEQ = 153,
    OP_GOTO = 167,
    OP_JSR = 168,
    OP_RET = 169,
    OP_TABLESWITCH = 170,
    OP_LOOKUPSWITCH = 171,
    OP_IRETURN = 172,
    OP_RETURN = 177,
    OP_GETSTATIC = 178,
    OP_PUTSTATIC = 179,
    OP_GETFIELD = 180,
    OP_PUTFIELD = 181,
    OP_INVOKEVIRTUAL = 182,
    OP_INVOKESPECIAL = 183,
    OP_INVOKESTATIC = 184,
    OP_INVOKEINTERFACE = 185,
    OP_INVOKEDYNAMIC = 186,
    OP_NEW = 187,
    OP_ANEWARRAY = 189,
    OP_ATHROW = 191,
    OP_WIDE = 196,
    OP_MULTIANEWARRAY = 197,
    OP_IFNULL = 198,
    OP_IFNONNULL = 199,
    OP_GOTO_W = 200,
    OP_JSR_W = 201,
};

/* A method's code, and how far it has been scanned. */
struct code {
    const struct fp_class_file *file;
    const unsigned char *bytes;
    size_t len;
    const unsigned char *handlers; /* 8 bytes each: start, end, handler, type */
    size_t handler_count;
    size_t pc;
    size_t resume;           /* what lies before it may be jumped over */
    size_t thrown;           /* behind the last instruction before `pc` that may have thrown */
    size_t next_end;         /* where the next range of a handler ends */
    bool is_guarded;         /* a caller goes on after an exception */
    bool ends[HANDLERS_MAX]; /* by handler: what it catches ends the job all the same */
};

static unsigned u16(const unsigned char *at)
{
    return (unsigned) at[0] << 8 | at[1];
}

static int32_t s32(const unsigned char *at)
{
    return (int32_t) ((uint32_t) u16(at) << 16 | u16(at + 2));
}

static bool open_code(const struct fp_class_file *file, const struct fp_class_member *method,
                      struct code *ret)
{
    const unsigned char *at = NULL;
    size_t len = 0;
    if (!fp_class_attribute(file, method->attributes, "Code", &at, &len) || len < 10 ||
        s32(at + 4) <= 0 || (size_t) s32(at + 4) > len - 10)
        return false;
    *ret = (struct code){.file = file, .bytes = at + 8, .len = (size_t) s32(at + 4)};
    ret->handler_count = u16(ret->bytes + ret->len);
    ret->handlers = ret->bytes + ret->len + 2;
    return ret->handler_count <= HANDLERS_MAX && 8 * ret->handler_count <= len - 10 - ret->len;
}

/* Behind the range of a handler, what lies before the handler may be jumped over. */
static void leave_ranges(struct code *code)
{
    if (code->pc < code->next_end)
        return;
    code->next_end = SIZE_MAX;
    for (size_t i = 0; i < code->handler_count; i++) {
        size_t end = u16(code->handlers + 8 * i + 2);
        size_t handler = u16(code->handlers + 8 * i + 4);
        if (end > code->pc)
            code->next_end = end < code->next_end ? end : code->next_end;
        else if (!code->ends[i] && handler > code->resume)
            code->resume = handler;
    }
}

static bool is_handler(const struct code *code)
{
    for (size_t i = 0; i < code->handler_count; i++)
        if (u16(code->handlers + 8 * i + 4) == code->pc)
            return true;
    return false;
}

static size_t switch_length(const struct code *code, unsigned opcode)
{
    size_t padded = (code->pc & ~(size_t) 3) + 4;
    if (padded + 12 > code->len)
        return 0;
    const unsigned char *at = code->bytes + padded;
    int64_t count = opcode == OP_TABLESWITCH ? (int64_t) s32(at + 8) - s32(at + 4) + 1
                                             : (int64_t) 2 * s32(at + 4);
    size_t head = opcode == OP_TABLESWITCH ? 12 : 8;
    if (count < 0 || (uint64_t) count > (code->len - padded - head) / 4)
        return 0;
    return padded - code->pc + head + (size_t) count * 4;
}

/* The length of the instruction at hand; 0: there is none. */
static size_t length(const struct code *code)
{
    /* A digit for each opcode up to jsr_w; 0: it depends. */
    static const char LENGTHS[] = "111111111111111123233222221111111111111111111111111111222221"
                                  "111111111111111111111111111111111111111111111111111111111111"
                                  "111111111111311111111111111111111333333333333333320011111133"
                                  "3333355323113311043355";
    unsigned opcode = code->bytes[code->pc];
    size_t len = opcode <= OP_JSR_W ? (size_t) (LENGTHS[opcode] - '0') : 0;
    if (opcode == OP_TABLESWITCH || opcode == OP_LOOKUPSWITCH)
        len = switch_length(code, opcode);
    else if (opcode == OP_WIDE && code->pc + 1 < code->len)
        len = code->bytes[code->pc + 1] == 132 ? 6 : 4;
    return len <= code->len - code->pc ? len : 0;
}

static void jump(struct code *code, int32_t offset)
{
    int64_t target = (int64_t) code->pc + offset;
    if (target > (int64_t) code->resume)
        code->resume = (size_t) target;
}

static void jump_by_switch(struct code *code, unsigned opcode, size_t len)
{
    size_t padded = (code->pc & ~(size_t) 3) + 4;
    const unsigned char *end = code->bytes + code->pc + len;
    bool is_table = opcode == OP_TABLESWITCH;
    jump(code, s32(code->bytes + padded));
    for (const unsigned char *at = code->bytes + padded + 12; at + 4 <= end; at += is_table ? 4 : 8)
        jump(code, s32(at));
}

/* Follow a branch. False: nothing behind it is certain. */
static bool follow(struct code *code, size_t len)
{
    const unsigned char *at = code->bytes + code->pc;
    unsigned opcode = *at;
    if (opcode == OP_JSR || opcode == OP_JSR_W || opcode == OP_RET || opcode == OP_WIDE)
        return opcode == OP_WIDE && at[1] != OP_RET;
    if (opcode >= OP_IRETURN && opcode <= OP_RETURN)
        return false;
    if (opcode == OP_TABLESWITCH || opcode == OP_LOOKUPSWITCH) {
        jump_by_switch(code, opcode, len);
        return true;
    }
    if ((opcode >= OP_IFEQ && opcode <= OP_GOTO) || opcode == OP_IFNULL || opcode == OP_IFNONNULL)
        jump(code, (int16_t) u16(at + 1));
    else if (opcode == OP_GOTO_W)
        jump(code, s32(at + 1));
    /* What follows a jump or a throw is reached by a branch that was seen, or not at all. */
    bool goes_on = opcode != OP_GOTO && opcode != OP_GOTO_W && opcode != OP_ATHROW;
    return goes_on || code->resume > code->pc;
}

/* Whether an instruction may throw an exception. Of errors nobody expects any. */
static bool may_throw(unsigned opcode)
{
    bool is_element = (opcode >= OP_IALOAD && opcode <= OP_SALOAD) ||
                      (opcode >= OP_IASTORE && opcode <= OP_SASTORE);
    bool is_division =
        opcode == OP_IDIV || opcode == OP_LDIV || opcode == OP_IREM || opcode == OP_LREM;
    bool is_of_objects = opcode >= OP_GETSTATIC && opcode <= OP_MULTIANEWARRAY &&
                         opcode != OP_NEW && opcode != OP_WIDE;
    return is_element || is_division || is_of_objects;
}

/* Whether a handler's way is straight, and ends in a throw or with the process. */
static bool ends_at_handler(const struct code *code, size_t handler)
{
    struct code at = {.file = code->file, .bytes = code->bytes, .len = code->len, .pc = handler};
    struct fp_class_reference reference;
    for (unsigned i = 0; i < HANDLER_STEPS && at.pc < at.len; i++) {
        unsigned opcode = at.bytes[at.pc];
        size_t len = length(&at);
        if (opcode == OP_ATHROW)
            return true;
        if (len == 0 || (opcode >= OP_IFEQ && opcode <= OP_RETURN) || opcode >= OP_WIDE)
            return false;
        if (opcode == OP_INVOKESTATIC &&
            fp_class_reference_at(at.file, u16(at.bytes + at.pc + 1), &reference) &&
            fp_class_text_is(reference.text, "java/lang/System") &&
            fp_class_text_is(reference.member, "exit"))
            return true;
        at.pc += len;
    }
    return false;
}

/* Where the method has Flink start a job. False: in too many places. */
static bool find_starts(const struct code *code, size_t ret[STARTS_MAX], size_t *ret_count)
{
    struct code at = {.file = code->file, .bytes = code->bytes, .len = code->len};
    struct fp_class_reference reference;
    size_t len = 0;
    for (*ret_count = 0; at.pc < at.len && (len = length(&at)) > 0; at.pc += len) {
        bool is_call = at.bytes[at.pc] >= OP_INVOKEVIRTUAL && at.bytes[at.pc] <= OP_INVOKEINTERFACE;
        if (!is_call || !fp_class_reference_at(at.file, u16(at.bytes + at.pc + 1), &reference) ||
            !fp_class_text_begins(reference.text, "org/apache/flink/") ||
            !fp_class_text_begins(reference.member, "execute"))
            continue;
        if (*ret_count == STARTS_MAX)
            return false;
        ret[(*ret_count)++] = at.pc;
    }
    return true;
}

/* Find the handlers after which there is no job: they throw or exit, or have all in their range
 * that starts one. */
static void find_ends(struct code *code)
{
    size_t starts[STARTS_MAX];
    size_t count = 0;
    bool is_known = code->handler_count > 0 && find_starts(code, starts, &count);
    for (size_t i = 0; i < code->handler_count; i++) {
        const unsigned char *handler = code->handlers + 8 * i;
        bool has_all = is_known && count > 0;
        for (size_t k = 0; k < count && has_all; k++)
            has_all = u16(handler) <= starts[k] && starts[k] < u16(handler + 2);
        code->ends[i] = has_all || ends_at_handler(code, u16(handler + 4));
    }
}

/* Whether a handler catches what is thrown where a class or member is missing. */
static bool catches_linkage(const struct code *code, const unsigned char *handler)
{
    static const char *const LINKAGE[] = {
        "java/lang/Throwable",         "java/lang/Error",
        "java/lang/LinkageError",      "java/lang/NoClassDefFoundError",
        "java/lang/NoSuchMethodError", "java/lang/IncompatibleClassChangeError",
        "java/lang/NoSuchFieldError",  "java/lang/ExceptionInInitializerError"};
    struct fp_class_reference reference;
    unsigned type = u16(handler + 6);
    if (type == 0 || !fp_class_reference_at(code->file, type, &reference))
        return true;
    for (size_t i = 0; i < sizeof(LINKAGE) / sizeof(LINKAGE[0]); i++)
        if (fp_class_text_is(reference.text, LINKAGE[i]))
            return true;
    return false;
}

/* Whether a handler keeps the job from ending at the instruction at hand: it catches errors of
 * linking, or an exception that an instruction before this one may have thrown, which is how a job
 * asks what is there. One that only throws something else is caught by whoever goes on after
 * exceptions. */
static bool is_caught(const struct code *code, bool *ret_guarded)
{
    bool is_guarded = code->is_guarded;
    bool is_turned = false;
    for (size_t i = 0; i < code->handler_count; i++) {
        const unsigned char *handler = code->handlers + 8 * i;
        if (u16(handler) > code->pc || code->pc >= u16(handler + 2))
            continue;
        bool is_linkage = catches_linkage(code, handler);
        is_turned = is_turned || (is_linkage && code->ends[i]);
        if (code->ends[i])
            continue;
        if (is_linkage || code->thrown > u16(handler))
            return true;
        is_guarded = true;
    }
    *ret_guarded = is_guarded;
    return is_turned && is_guarded;
}

/* What an instruction does with its constant. False: it has none of interest. */
static bool use_of(unsigned opcode, const struct fp_class_reference *reference,
                   enum fp_code_use *ret)
{
    switch (opcode) {
    case OP_LDC:
    case OP_LDC_W:
        *ret = FP_CODE_LOAD;
        return reference->kind == FP_REFERENCE_CLASS;
    case OP_GETFIELD:
    case OP_PUTFIELD:
    case OP_ANEWARRAY:
    case OP_MULTIANEWARRAY:
        *ret = FP_CODE_LOAD;
        return true;
    case OP_GETSTATIC:
    case OP_PUTSTATIC:
        *ret = FP_CODE_STATIC;
        return true;
    case OP_INVOKESPECIAL:
    case OP_INVOKESTATIC:
        *ret = FP_CODE_CALL;
        return true;
    case OP_INVOKEVIRTUAL:
    case OP_INVOKEINTERFACE:
        *ret = FP_CODE_VIRTUAL;
        return true;
    case OP_INVOKEDYNAMIC:
        *ret = FP_CODE_DYNAMIC;
        return true;
    case OP_NEW:
        *ret = FP_CODE_NEW;
        return true;
    default:
        return false;
    }
}

/* False: the visitor is done. */
static bool visit_one(const struct code *code, fp_code_visitor *visitor, void *context)
{
    const unsigned char *at = code->bytes + code->pc;
    struct fp_class_reference reference;
    enum fp_code_use use = FP_CODE_LOAD;
    bool has_constant =
        *at == OP_LDC || *at == OP_LDC_W || (*at >= OP_GETSTATIC && *at <= OP_MULTIANEWARRAY);
    if (!has_constant || *at == 188 || (*at > OP_ANEWARRAY && *at < OP_MULTIANEWARRAY))
        return true;
    unsigned index = *at == OP_LDC ? at[1] : u16(at + 1);
    bool is_guarded = false;
    bool is_use = fp_class_reference_at(code->file, index, &reference) &&
                  use_of(*at, &reference, &use) && !is_caught(code, &is_guarded);
    return !is_use || visitor(context, use, &reference, is_guarded);
}

void fp_class_code_sure(const struct fp_class_file *file, const struct fp_class_member *method,
                        bool is_guarded, fp_code_visitor *visitor, void *context)
{
    struct code code;
    if (!open_code(file, method, &code))
        return;
    code.is_guarded = is_guarded;
    find_ends(&code);
    while (code.pc < code.len) {
        size_t len = length(&code);
        leave_ranges(&code);
        bool is_sure = code.pc >= code.resume;
        if (len == 0 || (is_sure && is_handler(&code)))
            return;
        if ((is_sure && !visit_one(&code, visitor, context)) || !follow(&code, len))
            return;
        unsigned opcode = code.bytes[code.pc];
        code.pc += len;
        if (may_throw(opcode))
            code.thrown = code.pc;
        if (is_guarded && code.thrown > 0)
            return;
    }
}

/* Compares versions by apk 3's rules. */
#include "flinkpack/alpine/version.h"

#include <string.h>

/* If two versions differ in the kind of a token, the one with the earlier kind here is greater. */
enum token_kind {
    TOKEN_FIRST,
    TOKEN_NUMBER,
    TOKEN_LETTER,
    TOKEN_SUFFIX,
    TOKEN_SUFFIX_NUMBER,
    TOKEN_HASH,
    TOKEN_REVISION,
    TOKEN_END,
    TOKEN_INVALID,
};

struct token {
    enum token_kind kind;
    struct fp_apk_text text; /* digits, letter, hash */
    int suffix;              /* its index in the table below */
};

/* Sorted from the least to the greatest. A version without a suffix is between "rc" and "cvs". */
static const char *const suffixes[] = {"alpha", "beta", "pre", "rc", "cvs",
                                       "svn",   "git",  "hg",  "p"};
#define SUFFIX_FIRST_LATER 4

struct fp_apk_text fp_apk_text(const char *text)
{
    return (struct fp_apk_text){text, text != NULL ? strlen(text) : 0};
}

bool fp_apk_text_equal(struct fp_apk_text a, struct fp_apk_text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

int fp_apk_text_compare(struct fp_apk_text a, struct fp_apk_text b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common > 0 ? memcmp(a.ptr, b.ptr, common) : 0;
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool fp_apk_text_word(struct fp_apk_text *list, struct fp_apk_text *ret)
{
    size_t begin = 0;
    while (begin < list->len && list->ptr[begin] == ' ')
        begin++;
    size_t end = begin;
    while (end < list->len && list->ptr[end] != ' ')
        end++;
    *ret = (struct fp_apk_text){list->len > 0 ? list->ptr + begin : NULL, end - begin};
    if (end > 0)
        *list = (struct fp_apk_text){list->ptr + end, list->len - end};
    return ret->len > 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_hash_digit(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

static struct fp_apk_text take(struct fp_apk_text *rest, bool (*belongs)(char))
{
    size_t len = 0;
    while (len < rest->len && belongs(rest->ptr[len]))
        len++;
    struct fp_apk_text taken = {rest->ptr, len};
    if (len > 0)
        *rest = (struct fp_apk_text){rest->ptr + len, rest->len - len};
    return taken;
}

static void skip(struct fp_apk_text *rest, size_t len)
{
    *rest = (struct fp_apk_text){rest->ptr + len, rest->len - len};
}

/* Takes a token of at least one character; if there is none, the token is invalid. */
static struct token taken(enum token_kind kind, struct fp_apk_text *rest, bool (*belongs)(char))
{
    struct token token = {.kind = kind, .text = take(rest, belongs)};
    if (token.text.len == 0)
        token.kind = TOKEN_INVALID;
    return token;
}

static struct token take_suffix(struct fp_apk_text *rest)
{
    struct token token = taken(TOKEN_SUFFIX, rest, is_lower);
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (fp_apk_text_equal(token.text, fp_apk_text(suffixes[i]))) {
            token.suffix = (int) i;
            return token;
        }
    }
    token.kind = TOKEN_INVALID;
    return token;
}

/* Takes the next token, which has to be allowed after a token of the kind `last`. */
static struct token next_token(struct fp_apk_text *rest, enum token_kind last)
{
    if (rest->len == 0)
        return (struct token){.kind = TOKEN_END};
    char c = rest->ptr[0];
    if (last == TOKEN_SUFFIX && is_digit(c))
        return taken(TOKEN_SUFFIX_NUMBER, rest, is_digit);
    if (last <= TOKEN_NUMBER && is_lower(c)) {
        struct token letter = {.kind = TOKEN_LETTER, .text = {rest->ptr, 1}};
        skip(rest, 1);
        return letter;
    }
    if (last <= TOKEN_NUMBER && c == '.') {
        skip(rest, 1);
        return taken(TOKEN_NUMBER, rest, is_digit);
    }
    if (last <= TOKEN_SUFFIX_NUMBER && c == '_') {
        skip(rest, 1);
        return take_suffix(rest);
    }
    if (last <= TOKEN_SUFFIX_NUMBER && c == '~') {
        skip(rest, 1);
        return taken(TOKEN_HASH, rest, is_hash_digit);
    }
    if (last <= TOKEN_HASH && c == '-' && rest->len > 1 && rest->ptr[1] == 'r') {
        skip(rest, 2);
        return taken(TOKEN_REVISION, rest, is_digit);
    }
    return (struct token){.kind = TOKEN_INVALID};
}

static struct fp_apk_text without_zeros(struct fp_apk_text digits)
{
    while (digits.len > 1 && digits.ptr[0] == '0')
        skip(&digits, 1);
    return digits;
}

static int compare_numbers(struct fp_apk_text a, struct fp_apk_text b)
{
    a = without_zeros(a);
    b = without_zeros(b);
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return fp_apk_text_compare(a, b);
}

/* Compares two tokens of the same kind. */
static int compare_tokens(const struct token *a, const struct token *b)
{
    switch (a->kind) {
    case TOKEN_NUMBER:
        /* A part such as ".09" is a fraction, so 1.09 is less than 1.1. */
        if (a->text.ptr[0] == '0' || b->text.ptr[0] == '0')
            return fp_apk_text_compare(a->text, b->text);
        return compare_numbers(a->text, b->text);
    case TOKEN_LETTER:
    case TOKEN_HASH:
        return fp_apk_text_compare(a->text, b->text);
    case TOKEN_SUFFIX:
        return a->suffix - b->suffix;
    default:
        return compare_numbers(a->text, b->text);
    }
}

static bool is_prerelease(const struct token *token)
{
    return token->kind == TOKEN_SUFFIX && token->suffix < SUFFIX_FIRST_LATER;
}

/* Compares kinds. A longer version is greater, unless it continues with a suffix such as "_rc". */
static enum fp_apk_order compare_kinds(const struct token *a, const struct token *b)
{
    if (a->kind == b->kind)
        return FP_APK_EQUAL;
    if (is_prerelease(a))
        return FP_APK_LESS;
    if (is_prerelease(b))
        return FP_APK_GREATER;
    return a->kind > b->kind ? FP_APK_LESS : FP_APK_GREATER;
}

/* Reads both versions up to their first difference. */
static void advance(struct fp_apk_text *a, struct fp_apk_text *b, struct token *at_a,
                    struct token *at_b, int *ret_order)
{
    *at_a = taken(TOKEN_FIRST, a, is_digit);
    *at_b = taken(TOKEN_FIRST, b, is_digit);
    *ret_order = 0;
    while (at_a->kind == at_b->kind && at_a->kind < TOKEN_END) {
        *ret_order = compare_tokens(at_a, at_b);
        if (*ret_order != 0)
            return;
        *at_a = next_token(a, at_a->kind);
        *at_b = next_token(b, at_b->kind);
    }
}

enum fp_apk_order fp_apk_version_compare(struct fp_apk_text a, struct fp_apk_text b)
{
    struct token at_a = {0};
    struct token at_b = {0};
    int order = 0;
    advance(&a, &b, &at_a, &at_b, &order);
    if (order != 0)
        return order < 0 ? FP_APK_LESS : FP_APK_GREATER;
    return compare_kinds(&at_a, &at_b);
}

bool fp_apk_version_begins(struct fp_apk_text version, struct fp_apk_text prefix)
{
    struct token at_version = {0};
    struct token at_prefix = {0};
    int order = 0;
    advance(&version, &prefix, &at_version, &at_prefix, &order);
    return order == 0 && at_prefix.kind == TOKEN_END;
}

bool fp_apk_version_is_valid(struct fp_apk_text version)
{
    struct token token = taken(TOKEN_FIRST, &version, is_digit);
    while (token.kind < TOKEN_END)
        token = next_token(&version, token.kind);
    return token.kind == TOKEN_END;
}

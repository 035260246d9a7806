/* Writes the facts of a base as JSON, and reads them from somebody else. */
#include "internal.h"

#include <string.h>

/* The longest text of a name, version or directory, and the most homes of Java. */
#define TEXT_MAX_BYTES 4096
#define HOMES_MAX      512
#define TEXTS_MAX      4096

/* A member of struct fp_base_facts that is a text. */
struct text_member {
    const char *key;
    size_t offset;
};
#define MEMBER(key, name)                                                                          \
    {                                                                                              \
        (key), offsetof(struct fp_base_facts, name)                                                \
    }
static const struct text_member members[] = {
    MEMBER("osId", os_id),         MEMBER("osVersion", os_version),     MEMBER("osName", os_name),
    MEMBER("javaHome", java_home), MEMBER("javaVersion", java_version),
};

static char **member_of(struct fp_base_facts *facts, const struct text_member *member)
{
    return (char **) (void *) ((char *) facts + member->offset);
}

static size_t text_bytes(const struct fp_base_facts *facts)
{
    size_t bytes = 0;
    const char *path = NULL;
    json_t *value = NULL;
    json_object_foreach(facts->texts, path, value)
    {
        bytes += fp_kept_size(value);
    }
    return bytes;
}

json_t *fp_base_facts_json(const struct fp_base_facts *facts)
{
    json_t *tree = fp_tree_json(facts->tree);
    if (tree == NULL || json_string_length(tree) + text_bytes(facts) > FP_BASE_FACTS_MAX_BYTES) {
        json_decref(tree);
        return NULL;
    }
    json_t *homes = json_array();
    for (size_t i = 0; i < facts->java_homes.len; i++)
        fp_json_append(
            homes, fp_kept_value(facts->java_homes.items[i], strlen(facts->java_homes.items[i])));
    json_t *object =
        json_pack("{s:i, s:b, s:b, s:b, s:i, s:o, s:o}", "layout", FP_BASE_FACTS_LAYOUT, "outline",
                  facts->is_outline, "musl", facts->musl, "bash", facts->has_bash, "java",
                  (int) facts->java, "javaHomes", homes, "tree", tree);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        struct fp_base_facts *from = (struct fp_base_facts *) (uintptr_t) facts;
        const char *text = *member_of(from, &members[i]);
        if (text != NULL)
            fp_json_set(object, members[i].key, fp_kept_value(text, strlen(text)));
    }
    fp_json_set_text(object, "architecture", facts->architecture);
    fp_json_set(object, "texts", json_incref(facts->texts));
    return object;
}

static enum fp_code damaged(const char *title, const char *key, struct fp_error *err)
{
    return fp_fail(err, FP_E_INPUT, "%s: '%s' is damaged", title, key);
}

/* Takes a text that is not long and, if it has to be one, an absolute path. */
static bool take_text(const json_t *value, bool is_path, char **ret)
{
    cleanup_free char *text = fp_kept_text(value);
    if (text == NULL || strlen(text) > TEXT_MAX_BYTES || (is_path && text[0] != '/'))
        return false;
    *ret = steal_pointer(&text);
    return true;
}

static enum fp_code take_members(const json_t *object, const char *title, struct fp_base_facts *ret,
                                 struct fp_error *err)
{
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const json_t *value = json_object_get(object, members[i].key);
        bool is_path = strcmp(members[i].key, "javaHome") == 0;
        if (value != NULL && !take_text(value, is_path, member_of(ret, &members[i])))
            return damaged(title, members[i].key, err);
    }
    return FP_OK;
}

static enum fp_code take_flag(const json_t *object, const char *key, const char *title, bool *ret,
                              struct fp_error *err)
{
    const json_t *value = json_object_get(object, key);
    *ret = json_is_true(value);
    return json_is_boolean(value) ? FP_OK : damaged(title, key, err);
}

static enum fp_code take_java(const json_t *object, const char *title, struct fp_base_facts *ret,
                              struct fp_error *err)
{
    const json_t *homes = json_object_get(object, "javaHomes");
    uint64_t java = 0;
    FP_TRY(fp_json_need_size(object, "java", title, &java, err));
    bool is_sound = java < 100 && json_is_array(homes) && json_array_size(homes) <= HOMES_MAX;
    for (size_t i = 0; is_sound && i < json_array_size(homes); i++) {
        char *home = NULL;
        is_sound = take_text(json_array_get(homes, i), true, &home);
        if (is_sound)
            fp_strv_take(&ret->java_homes, home);
    }
    ret->java = (unsigned) java;
    return is_sound ? FP_OK : damaged(title, "javaHomes", err);
}

/* An outline has no texts, and whole facts have those of all accounts. */
static enum fp_code take_texts(const json_t *object, const char *title, struct fp_base_facts *ret,
                               struct fp_error *err)
{
    json_t *texts = json_object_get(object, "texts");
    const char *path = NULL;
    json_t *value = NULL;
    bool is_sound = ret->is_outline ? texts == NULL
                                    : json_is_object(texts) && json_object_size(texts) <= TEXTS_MAX;
    json_object_foreach(texts, path, value)
    {
        cleanup_buf struct fp_buf ignored = FP_BUF_INIT(SIZE_MAX);
        is_sound = is_sound && fp_kept_bytes(value, &ignored);
    }
    if (!is_sound)
        return damaged(title, "texts", err);
    ret->texts = json_incref(texts);
    return ret->is_outline ? FP_OK : fp_context(fp_facts_take_accounts(ret, err), err, "%s", title);
}

static enum fp_code take_architecture(const json_t *object, const char *title,
                                      struct fp_base_facts *ret, struct fp_error *err)
{
    const json_t *value = json_object_get(object, "architecture");
    const char *text = json_string_value(value);
    ret->architecture = text != NULL ? fp_elf_architecture(fp_elf_machine_of(text)) : NULL;
    bool is_known = ret->architecture != NULL && strcmp(ret->architecture, text) == 0;
    return value == NULL || is_known ? FP_OK : damaged(title, "architecture", err);
}

enum fp_code fp_base_facts_parse(const json_t *value, const char *title, struct fp_base_facts *ret,
                                 struct fp_error *err)
{
    cleanup_base_facts struct fp_base_facts facts = {0};
    uint64_t layout = 0;
    if (!json_is_object(value))
        return fp_fail(err, FP_E_INPUT, "%s: facts are an object", title);
    FP_TRY(fp_json_need_size(value, "layout", title, &layout, err));
    if (layout != FP_BASE_FACTS_LAYOUT)
        return fp_fail(err, FP_E_INPUT, "%s: layout %ju of facts, not %d", title,
                       (uintmax_t) layout, FP_BASE_FACTS_LAYOUT);
    FP_TRY(take_flag(value, "outline", title, &facts.is_outline, err));
    FP_TRY(take_flag(value, "musl", title, &facts.musl, err));
    FP_TRY(take_flag(value, "bash", title, &facts.has_bash, err));
    FP_TRY(take_members(value, title, &facts, err));
    FP_TRY(take_java(value, title, &facts, err));
    FP_TRY(take_architecture(value, title, &facts, err));
    FP_TRY(fp_tree_parse(json_object_get(value, "tree"), title, &facts.tree, err));
    FP_TRY(take_texts(value, title, &facts, err));
    *ret = steal_value(&facts);
    return FP_OK;
}

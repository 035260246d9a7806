/* The properties of a jar as JSON, so that a jar that was judged once is not read again. */
#include <string.h>

#include "flinkpack/flink/job.h"

/* To be raised where a jar of the same bytes gets other properties, or other members. */
#define VERSION 1
/* As many as fp_elf_read() gives. */
#define NEEDED_MAX 64

static const char *const LIBCS[] = {
    [FP_ELF_NONE] = "none", [FP_ELF_GLIBC] = "glibc", [FP_ELF_MUSL] = "musl"};

/* Add a text as it is; false: it is not UTF-8. NULL adds nothing. */
static bool set_exactly(json_t *json, const char *key, const char *text)
{
    json_t *value = text != NULL ? json_string(text) : NULL;
    fp_json_set(json, key, value);
    return text == NULL || value != NULL;
}

/* A new reference; NULL: a name is not UTF-8. */
static json_t *native_json(const struct fp_jar_native *native)
{
    cleanup_json json_t *json = json_object();
    json_t *needed = json_array();
    fp_json_set(json, "needed", needed);
    for (size_t i = 0; i < native->elf.needed.len; i++) {
        json_t *name = json_string(native->elf.needed.items[i]);
        if (name == NULL)
            return NULL;
        fp_json_append(needed, name);
    }
    fp_json_set_text(json, "libc", LIBCS[native->elf.libc]);
    fp_json_set(json, "machine", json_integer((json_int_t) native->elf.machine));
    return set_exactly(json, "entry", native->entry) ? steal_pointer(&json) : NULL;
}

json_t *fp_jar_json(const struct fp_jar *jar)
{
    cleanup_json json_t *json = json_object();
    json_t *natives = json_array();
    fp_json_set(json, "natives", natives);
    for (size_t i = 0; i < jar->native_count; i++) {
        json_t *native = native_json(&jar->natives[i]);
        if (native == NULL)
            return NULL;
        fp_json_append(natives, native);
    }
    fp_json_set(json, "version", json_integer(VERSION));
    fp_json_set_text(json, "sha256", jar->sha256);
    fp_json_set(json, "size", json_integer((json_int_t) jar->size));
    fp_json_set(json, "newest", json_integer(jar->newest_entry_s));
    fp_json_set(json, "classMajor", json_integer((json_int_t) jar->class_major));
    fp_json_set(json, "hasFlink", json_boolean(jar->has_flink_runtime));
    fp_json_set(json, "hasJars", json_boolean(jar->has_jars));
    fp_json_set(json, "signed", json_boolean(jar->is_signed));
    return set_exactly(json, "mainClass", jar->main_class) &&
                   set_exactly(json, "classMajorOf", jar->class_major_of)
               ? steal_pointer(&json)
               : NULL;
}

/* Read an integer from `least` to `most`. */
static bool read_integer(const json_t *json, const char *key, json_int_t least, json_int_t most,
                         json_int_t *ret)
{
    const json_t *value = json_object_get(json, key);
    *ret = json_integer_value(value);
    return json_is_integer(value) && *ret >= least && *ret <= most;
}

static bool read_libc(const json_t *json, enum fp_elf_libc *ret)
{
    const char *name = fp_json_string(json, "libc");
    for (size_t i = 0; name != NULL && i < sizeof(LIBCS) / sizeof(LIBCS[0]); i++) {
        *ret = (enum fp_elf_libc) i;
        if (strcmp(name, LIBCS[i]) == 0)
            return true;
    }
    return false;
}

static bool read_native(const json_t *json, struct fp_jar_native *ret)
{
    const char *entry = fp_json_string(json, "entry");
    const json_t *needed = json_object_get(json, "needed");
    json_int_t machine = 0;
    if (entry == NULL || !read_libc(json, &ret->elf.libc) ||
        !read_integer(json, "machine", 0, 0xffff, &machine) || !json_is_array(needed) ||
        json_array_size(needed) > NEEDED_MAX)
        return false;
    ret->entry = fp_xstrdup(entry);
    ret->elf.machine = (unsigned) machine;
    for (size_t i = 0; i < json_array_size(needed); i++) {
        const char *name = json_string_value(json_array_get(needed, i));
        if (name == NULL)
            return false;
        fp_strv_add(&ret->elf.needed, name);
    }
    return true;
}

static bool read_natives(const json_t *json, struct fp_jar *ret)
{
    const json_t *natives = json_object_get(json, "natives");
    size_t count = json_array_size(natives);
    if (!json_is_array(natives) || count > FP_JAR_MAX_NATIVES)
        return false;
    ret->natives = fp_xcalloc(count + 1, sizeof(*ret->natives));
    for (size_t i = 0; i < count; i++)
        if (!read_native(json_array_get(natives, i), &ret->natives[ret->native_count++]))
            return false;
    return true;
}

static bool read_numbers(const json_t *json, struct fp_jar *ret)
{
    json_int_t version = 0;
    json_int_t size = 0;
    json_int_t newest = 0;
    json_int_t class_major = 0;
    if (!read_integer(json, "version", VERSION, VERSION, &version) ||
        !read_integer(json, "size", 0, INT64_MAX, &size) ||
        !read_integer(json, "newest", -1, INT64_MAX, &newest) ||
        !read_integer(json, "classMajor", 0, 0xffff, &class_major))
        return false;
    ret->size = (uint64_t) size;
    ret->newest_entry_s = newest;
    ret->class_major = (unsigned) class_major;
    return true;
}

static bool read_sha256(const json_t *json, struct fp_jar *ret)
{
    const char *sha256 = fp_json_string(json, "sha256");
    if (sha256 == NULL || strlen(sha256) != 64 || strspn(sha256, "0123456789abcdef") != 64)
        return false;
    memcpy(ret->sha256, sha256, 65);
    return true;
}

enum fp_code fp_jar_parse(const json_t *json, const char *title, struct fp_jar *ret,
                          struct fp_error *err)
{
    __attribute__((cleanup(fp_jar_clear))) struct fp_jar jar = {0};
    if (!read_sha256(json, &jar) || !read_numbers(json, &jar) || !read_natives(json, &jar))
        return fp_fail(err, FP_E_INPUT, "%s: not the record of a jar", title);
    jar.main_class = fp_xstrdup(fp_json_string(json, "mainClass"));
    jar.class_major_of = fp_xstrdup(fp_json_string(json, "classMajorOf"));
    jar.has_flink_runtime = json_is_true(json_object_get(json, "hasFlink"));
    jar.has_jars = json_is_true(json_object_get(json, "hasJars"));
    jar.is_signed = json_is_true(json_object_get(json, "signed"));
    *ret = steal_value(&jar);
    return FP_OK;
}

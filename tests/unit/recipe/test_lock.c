/* Reading a lock, what it pins, and how it differs from a build. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/recipe.h"
#include "lock.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define A   "sha256:" A64
#define B   "sha256:" B64
#define S   "sha512:" A64 A64

static const char sample[] =
    "{'lock': 1, 'base': {'name': 'docker.io/library/jre:17', 'digest': '" A "'},"
    " 'flink': {'from': 'release', 'version': '1.20.4', 'scala': '2.12', 'digest': '" S "',"
    "           'file': 'flink-1.20.4-bin-scala_2.12.tgz'},"
    " 'compression': 'gzip, 1, level 4', 'image': '" A "', 'platforms': {'linux/amd64': {"
    "   'base': '" A "', 'image': '" A "',"
    "   'layers': {'packages': {'key': '" A64 "', 'diffId': '" A "', 'digest': '" A "'},"
    "              'job': {'key': '" B64 "', 'diffId': '" B "', 'digest': '" B "'}},"
    "   'packages': {'packages': {'requests': ['bash', 'snappy'], 'packages': {"
    "       'bash': {'version': '5.2-r0', 'checksum': 'Q1b=', 'sha256': '" A64 "', 'key': 'k'},"
    "       'snappy': {'version': '1-r0', 'checksum': 'Q1s='}},"
    "     'indexes': [{'url': 'https://h/main', 'sha256': '" A64 "', 'key': 'k'}]}}}}}";

/* JSON with ' in place of ". A new reference. */
static json_t *json_of(const char *text)
{
    cleanup_free char *copy = fp_xstrdup(text);
    json_t *value = NULL;
    for (char *at = strchr(copy, '\''); at != NULL; at = strchr(at, '\''))
        *at = '"';
    value = json_loads(copy, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

/* The sample with another value at a path "a|b|c"; NULL removes it. A new reference. */
static json_t *changed(const char *path, const char *value)
{
    json_t *document = json_of(sample);
    json_t *object = document;
    cleanup_strv struct fp_strv names = {0};
    fp_strv_split(&names, path, '|');
    for (size_t i = 0; i + 1 < names.len; i++)
        object = json_object_get(object, names.items[i]);
    const char *last = names.items[names.len - 1];
    if (value == NULL)
        assert_int_equal(json_object_del(object, last), 0);
    else
        assert_int_equal(json_object_set_new(object, last, json_of(value)), 0);
    return document;
}

static enum fp_code parse(const json_t *document, struct fp_lock **ret, struct fp_error *err)
{
    cleanup_free char *text = fp_lock_text(document);
    return fp_lock_parse(text, strlen(text), "x.lock", ret, err);
}

static struct fp_lock *parse_sample(void)
{
    struct fp_lock *lock = NULL;
    cleanup_json json_t *document = json_of(sample);
    struct fp_error err = {0};
    if (parse(document, &lock, &err) != FP_OK)
        fail_msg("%s", err.text);
    return lock;
}

static void test_what_is_no_lock(void **state)
{
    static const struct {
        const char *path;
        const char *value;
        const char *words;
    } cases[] = {
        {"lock", NULL, "x.lock: not a lock of flinkpack"},
        {"lock", "'1'", "x.lock: not a lock of flinkpack"},
        {"lock", "2", "x.lock: a lock of layout 2; this flinkpack reads layout 1"},
        {"base", NULL, "x.lock: base: expected an object"},
        {"base|name", "'a\\nb'", "x.lock: base: name: expected a text of one line"},
        {"base|digest", "'sha256:../..'", "x.lock: base: digest: expected a digest"},
        {"flink", "[]", "x.lock: flink: expected an object"},
        {"flink|digest", "'" A64 "'", "x.lock: flink: digest: expected a digest"},
        {"image", "7", "x.lock: image: expected a digest"},
        {"compression", NULL, "x.lock: compression: expected a text"},
        {"platforms", "[]", "x.lock: platforms: expected an object"},
        {"platforms|\x1b[31m", "{}", "is no name"},
        {"platforms|linux/amd64", "[]", "x.lock: platforms: linux/amd64: expected an object"},
        {"platforms|linux/amd64|layers|job", "{}", "layers: job: key: expected a SHA-256"},
        {"platforms|linux/amd64|layers|job|key", "'x'", "layers: job: key: expected a SHA-256"},
        {"platforms|linux/amd64|packages|packages|requests", "[1]",
         "packages: packages: requests: expected a list of texts"},
        {"platforms|linux/amd64|packages|packages|indexes", "[1]", "expected an object"},
        {"platforms|linux/amd64|packages|packages|indexes", NULL, "indexes: expected a list"},
        {"platforms|linux/amd64|packages|packages|packages|bash|version", NULL,
         "packages: packages: bash: version: expected a text"},
        {"platforms|linux/amd64|packages|packages|packages|bash|sha256", "'" A "'",
         "packages: packages: bash: sha256: expected a SHA-256"},
        {"platforms|linux/amd64|packages|packages|packages|a\tb", "{}", "is no name"},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        struct fp_lock *lock = NULL;
        cleanup_json json_t *document = changed(cases[i].path, cases[i].value);
        assert_int_equal(parse(document, &lock, &err), FP_E_INPUT);
        if (strstr(err.text, cases[i].words) == NULL)
            fail_msg("'%s' lacks '%s'", err.text, cases[i].words);
        assert_non_null(strstr(err.hint, "flinkpack lock"));
    }
    struct fp_lock *lock = NULL;
    struct fp_error err = {0};
    static const char merged[] = "<<<<<<< HEAD\n{}\n";
    assert_int_equal(fp_lock_parse(merged, strlen(merged), "x.lock", &lock, &err), FP_E_INPUT);
}

/* Members of later versions are left alone, and the text is the same whatever the order was. */
static void test_text(void **state)
{
    cleanup_json json_t *document = changed("later", "{'a': 1}");
    cleanup_lock struct fp_lock *lock = NULL;
    (void) state;
    assert_int_equal(parse(document, &lock, NULL), FP_OK);
    cleanup_json json_t *a = json_of("{'b': 1, 'a': ['x']}");
    cleanup_free char *text = fp_lock_text(a);
    assert_string_equal(text, "{\n  \"a\": [\n    \"x\"\n  ],\n  \"b\": 1\n}\n");
}

static void test_pins(void **state)
{
    cleanup_lock struct fp_lock *lock = parse_sample();
    cleanup_strv struct fp_strv platforms = {0};
    cleanup_strv struct fp_strv requests = {0};
    bool only = false;
    static const char jre[] = "docker.io/library/jre:17";
    (void) state;
    fp_strv_add(&platforms, "linux/amd64");
    assert_string_equal(fp_lock_base(lock, jre, &platforms), A);
    assert_null(fp_lock_base(lock, "docker.io/library/jre:21", &platforms));
    assert_string_equal(fp_lock_base_digest(lock, jre, "linux/amd64"), A);
    assert_null(fp_lock_base_digest(lock, jre, "linux/arm64"));
    fp_strv_add(&platforms, "linux/arm64");
    assert_null(fp_lock_base(lock, jre, &platforms));
    assert_string_equal(fp_lock_checksum(lock, "flink-1.20.4-bin-scala_2.12.tgz"), S);
    assert_null(fp_lock_checksum(lock, "flink-1.20.3-bin-scala_2.12.tgz"));

    fp_strv_add(&requests, "bash");
    assert_non_null(fp_lock_pins(lock, "linux/amd64", jre, A, "packages", &requests, &only));
    assert_false(only);
    fp_strv_add(&requests, "snappy");
    const json_t *pins = fp_lock_pins(lock, "linux/amd64", jre, A, "packages", &requests, &only);
    assert_true(only);
    assert_non_null(json_object_get(json_object_get(pins, "packages"), "bash"));
    assert_null(fp_lock_pins(lock, "linux/amd64", jre, B, "packages", &requests, &only));
    assert_false(only);
    assert_null(fp_lock_pins(lock, "linux/arm64", jre, A, "packages", &requests, &only));
    assert_null(fp_lock_pins(lock, "linux/amd64", jre, A, "base", &requests, &only));
    /* The base itself is made of packages, so that its digest comes of them. */
    assert_non_null(fp_lock_pins(lock, "linux/amd64", jre, "", "packages", &requests, &only));
    assert_null(fp_lock_pins(lock, "linux/amd64", "other", "", "packages", &requests, &only));
    assert_null(fp_lock_pins(NULL, "linux/amd64", jre, A, "packages", &requests, &only));
    assert_null(fp_lock_base(NULL, jre, &platforms));
    assert_null(fp_lock_checksum(NULL, "x"));
}

static void test_layers(void **state)
{
    cleanup_lock struct fp_lock *lock = parse_sample();
    cleanup_json json_t *same = json_of("{'packages': {'bash': {'checksum': 'Q1b='}}}");
    cleanup_json json_t *other = json_of("{'packages': {'bash': {'checksum': 'Q1c='}}}");
    cleanup_json json_t *more = json_of("{'packages': {'zsh': {'checksum': 'Q1c='}}}");
    const struct fp_digest a = {A};
    const struct fp_digest b = {B};
    static const char on[] = "linux/amd64";
    (void) state;
    assert_true(fp_lock_allows(lock, on, "packages", A64, &a, same));
    assert_false(fp_lock_allows(lock, on, "packages", A64, &b, same));
    assert_false(fp_lock_allows(lock, on, "packages", A64, &a, other));
    /* Another recipe may have more packages, but those of the lock have its versions. */
    assert_true(fp_lock_allows(lock, on, "packages", B64, &b, same));
    assert_true(fp_lock_allows(lock, on, "packages", B64, &b, more));
    assert_false(fp_lock_allows(lock, on, "packages", B64, &b, other));
    assert_true(fp_lock_allows(lock, on, "setup", A64, &b, NULL));
    assert_true(fp_lock_allows(NULL, on, "packages", A64, &b, other));
    assert_non_null(fp_lock_addition(lock, on, "packages", A64, &a));
    assert_null(fp_lock_addition(lock, on, "packages", A64, &b));
    assert_null(fp_lock_addition(lock, on, "packages", B64, &a));
    assert_null(fp_lock_addition(NULL, on, "packages", A64, &a));
    assert_true(fp_lock_confirms(lock, on, "job", B64, &b, &b));
    assert_false(fp_lock_confirms(lock, on, "job", B64, &b, &a));
    assert_false(fp_lock_confirms(lock, on, "job", A64, &b, &b));
    assert_false(fp_lock_confirms(lock, on, "setup", B64, &b, &b));
    assert_false(fp_lock_confirms(NULL, on, "job", B64, &b, &b));
}

/* Each difference is named, alone, as an input or as a product. */
static void test_differences(void **state)
{
    static const struct {
        const char *path;
        const char *value;
        bool is_input;
        const char *text; /* NULL: no difference */
    } cases[] = {
        {"base|name", "'x'", true, "base: docker.io/library/jre:17 in the lock, x now"},
        {"base|digest", "'" B "'", true, "base: " A " in the lock, " B " now"},
        {"base|digest", NULL, true, "base: " A " in the lock, and not any more"},
        {"flink|version", "'2.0.0'", true, "Flink: 1.20.4 in the lock, 2.0.0 now"},
        {"flink|from", "'archive'", true, "Flink's source: release in the lock, archive now"},
        {"flink|scala", "'2.11'", true, "Scala: 2.12 in the lock, 2.11 now"},
        {"flink|hadoop", "'2.8'", true, "Hadoop: 2.8 now, and not in the lock"},
        {"flink|digest", "'" B "'", true, "Flink's checksum: " S " in the lock, " B " now"},
        {"platforms|linux/arm64", "{}", true, "platform: linux/arm64 now, and not in the lock"},
        {"platforms|linux/amd64", NULL, true, "platform: linux/amd64 in the lock, and not any"},
        {"platforms|linux/amd64|base", "'" B "'", true, "linux/amd64: base: " A " in the lock"},
        {"platforms|linux/amd64|packages|packages|requests", "['bash']", true,
         "linux/amd64: wanted packages: bash snappy in the lock, bash now"},
        {"platforms|linux/amd64|packages|packages|packages|bash|version", "'5.2-r1'", true,
         "linux/amd64: package bash: 5.2-r0 in the lock, 5.2-r1 now"},
        {"platforms|linux/amd64|packages|packages|packages|bash|checksum", "'Q1x='", true,
         "linux/amd64: package bash: Q1b= in the lock, Q1x= now"},
        {"platforms|linux/amd64|packages|packages|packages|bash|sha256", "'" B64 "'", true,
         "linux/amd64: package bash: " A64 " in the lock, " B64 " now"},
        {"platforms|linux/amd64|packages|packages|packages|zsh", "{'version': '1'}", true,
         "linux/amd64: package zsh: 1 now, and not in the lock"},
        {"platforms|linux/amd64|packages|packages|packages|bash", NULL, true,
         "linux/amd64: package bash: 5.2-r0 in the lock, and not any more"},
        {"platforms|linux/amd64|layers|job|diffId", "'" A "'", false,
         "linux/amd64: layer job: " B " in the lock, " A " now"},
        {"platforms|linux/amd64|layers|job", NULL, false,
         "linux/amd64: layer job: " B " in the lock, and not any more"},
        {"image", "'" B "'", false, "image: " A " in the lock, " B " now"},
        /* Where packages were found, and by which recipe, is not what they are. */
        {"platforms|linux/amd64|packages|packages|packages|bash|key", "'z'", false, NULL},
        {"platforms|linux/amd64|packages|packages|indexes", "[]", false, NULL},
        {"platforms|linux/amd64|layers|job|key", "'" A64 "'", false, NULL},
        {"compression", "'gzip, 2, level 4'", false, NULL},
    };
    cleanup_lock struct fp_lock *lock = parse_sample();
    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_json json_t *now = changed(cases[i].path, cases[i].value);
        struct fp_lock_changes found = {0};
        fp_lock_compare(lock, now, &found);
        const struct fp_strv *list = cases[i].is_input ? &found.inputs : &found.products;
        size_t expected = cases[i].text != NULL ? 1 : 0;
        if (found.inputs.len + found.products.len != expected || list->len != expected ||
            (expected == 1 && strstr(list->items[0], cases[i].text) == NULL))
            fail_msg("%s: %zu and %zu, '%s'", cases[i].path, found.inputs.len, found.products.len,
                     list->len > 0 ? list->items[0] : "");
        fp_lock_changes_clear(&found);
    }
}

/* An image of another version of the codec has another digest, and the same layers inside. */
static void test_another_codec(void **state)
{
    cleanup_lock struct fp_lock *lock = parse_sample();
    cleanup_json json_t *now = changed("compression", "'gzip, 2, level 4'");
    struct fp_lock_changes found = {0};
    (void) state;
    json_object_set_new(now, "image", json_string(B));
    fp_lock_compare(lock, now, &found);
    assert_int_equal(found.inputs.len + found.products.len, 0);
    fp_lock_changes_clear(&found);
}

static int warnings;
static int infos;

static void count(struct fp_reporter *self, const struct fp_event *event)
{
    (void) self;
    warnings += event->kind == FP_EVENT_WARNING;
    infos += event->kind == FP_EVENT_INFO;
}

static void test_holding(void **state)
{
    struct fp_reporter reporter = {.event = count};
    cleanup_lock struct fp_lock *lock = parse_sample();
    cleanup_json json_t *same = json_of(sample);
    cleanup_json json_t *job = changed("platforms|linux/amd64|layers|job|diffId", "'" A "'");
    cleanup_json json_t *base = changed("base|digest", "'" B "'");
    struct fp_error err = {0};
    (void) state;
    assert_int_equal(fp_lock_hold(lock, same, true, &reporter, &err), FP_OK);
    assert_int_equal(fp_lock_hold(NULL, same, true, &reporter, &err), FP_OK);
    assert_int_equal(warnings + infos, 0);
    assert_int_equal(fp_lock_hold(lock, job, false, &reporter, &err), FP_OK);
    assert_int_equal(warnings, 0);
    assert_int_equal(infos, 1);
    assert_int_equal(fp_lock_hold(lock, base, false, &reporter, &err), FP_OK);
    assert_int_equal(warnings, 1);
    assert_int_equal(fp_lock_hold(lock, job, true, &reporter, &err), FP_E_VERIFY);
    assert_string_equal(err.text, "x.lock: linux/amd64: layer job: " B " in the lock, " A " now");
    assert_int_equal(fp_lock_hold(lock, base, true, &reporter, &err), FP_E_VERIFY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_lock),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_pins),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_another_codec),
        cmocka_unit_test(test_holding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

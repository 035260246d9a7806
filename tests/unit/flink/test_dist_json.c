/** Distributions as JSON: what was read is found again, and strangers' JSON is refused. */
#include "dist_place.h"

static json_t *written(const struct fp_distribution *dist)
{
    cleanup_json json_t *json = fp_distribution_json(dist);
    struct fp_error err = {0};
    json_t *again = NULL;
    assert_non_null(json);
    cleanup_free char *text = fp_json_canonical(json);
    if (fp_json_parse(text, strlen(text), "text", &again, &err) != FP_OK)
        fail_msg("%s", err.text);
    return again;
}

static struct fp_distribution parsed(const json_t *json)
{
    struct fp_distribution dist = {0};
    struct fp_error err = {0};
    if (fp_distribution_parse(json, "record", &dist, &err) != FP_OK)
        fail_msg("%s", err.text);
    return dist;
}

static void same_names(const struct fp_strv *a, const struct fp_strv *b)
{
    assert_int_equal(a->len, b->len);
    for (size_t i = 0; i < a->len; i++)
        assert_string_equal(a->items[i], b->items[i]);
}

static void same_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a != NULL)
        assert_string_equal(a, b);
}

/* All that layers above and messages are made of; jars in bin/ are only linked. */
static void same(const struct fp_distribution *a, const struct fp_distribution *b)
{
    cleanup_json json_t *tree = fp_tree_json(a->tree);
    cleanup_json json_t *other = fp_tree_json(b->tree);
    assert_true(json_equal(tree, other));
    assert_string_equal(a->version.text, b->version.text);
    assert_int_equal(a->version.minor, b->version.minor);
    same_text(a->scala_version, b->scala_version);
    assert_string_equal(a->top, b->top);
    assert_string_equal(a->layer.diff_id.text, b->layer.diff_id.text);
    assert_int_equal(a->layer.tar_bytes, b->layer.tar_bytes);
    assert_null(b->layer.blob);
    assert_int_equal(a->as_is, b->as_is);
    same_text(a->repack_reason, b->repack_reason);
    assert_int_equal(a->newest_mtime_s, b->newest_mtime_s);
    assert_string_equal(a->sha256, b->sha256);
    assert_int_equal(a->chooses_rocksdb, b->chooses_rocksdb);
    assert_int_equal(a->has_added_jars, b->has_added_jars);
    assert_false(b->is_outline);
    same_names(&a->lib_jars, &b->lib_jars);
    same_names(&a->opt_jars, &b->opt_jars);
    assert_int_equal(a->file_count, b->file_count);
    for (size_t i = 0; i < a->file_count; i++) {
        assert_string_equal(a->files[i].path, b->files[i].path);
        assert_int_equal(a->files[i].len, b->files[i].len);
        if (b->files[i].data == NULL)
            assert_true(fp_text_ends_with(b->files[i].path, ".jar"));
        else
            assert_memory_equal(a->files[i].data, b->files[i].data, a->files[i].len);
    }
}

static void found_again(const struct place *place)
{
    cleanup_distribution struct fp_distribution dist = read_dist(place);
    cleanup_json json_t *json = written(&dist);
    cleanup_distribution struct fp_distribution again = parsed(json);
    same(&dist, &again);
    /* A second time there is no blob; all else is the same. */
    cleanup_json json_t *twice = written(&again);
    assert_true(json_is_object(json_object_get(json, "blob")));
    (void) json_object_del(json, "blob");
    assert_true(json_equal(json, twice));
}

static void test_found_again(void **state)
{
    struct place *place = *state;
    static const struct tar_entry EXTRAS[] = {
        {.name = NULL},
        {.name = "flink-1.20.0/conf/binary", .data = "\x80\x01"},
        {.name = "flink-1.20.0/conf/escape", .data = "\x1b[0m \xc3\xa4"},
        {.name = "flink-1.20.0/conf/empty", .data = ""},
        {.name = "flink-1.20.0/bin/._config.sh", .data = "of macOS"},
        {.name = "flink-1.20.0/bin/start.jar", .data = "#!/bin/sh\n"},
        {.name = "flink-1.20.0/lib/my job.jar", .data = "PK"},
    };
    for (size_t i = 0; i < sizeof(EXTRAS) / sizeof(EXTRAS[0]); i++) {
        for (int slim = 0; slim < 2; slim++) {
            place->options.slim = slim == 1;
            write_dist(place, &(struct dist_shape){.extra = EXTRAS[i]});
            found_again(place);
        }
    }
}

static void test_folder_found_again(void **state)
{
    struct place *place = *state;
    cleanup_free char *folder = fp_path_join(place->folder, "dist");
    cleanup_free char *link = fp_path_join(folder, "bin/link.sh");
    dist_folder(folder);
    assert_int_equal(symlink("taskmanager.sh", link), 0);
    place->options.archive = NULL;
    place->options.folder = folder;
    found_again(place);
}

/* A hard link to a jar becomes a copy of it, so the content of jars is needed then. */
static void test_hard_link(void **state)
{
    struct place *place = *state;
    const struct tar_entry link = {.name = "flink-1.20.0/bin/utils",
                                   .type = '1',
                                   .link = "flink-1.20.0/bin/bash-java-utils.jar"};
    for (int linked = 0; linked < 2; linked++) {
        write_dist(place,
                   linked == 1 ? &(struct dist_shape){.extra = link} : &(struct dist_shape){0});
        cleanup_distribution struct fp_distribution dist = read_dist(place);
        cleanup_json json_t *json = written(&dist);
        cleanup_distribution struct fp_distribution again = parsed(json);
        const struct fp_dist_file *jar = fp_distribution_file(&again, "bin/bash-java-utils.jar");
        assert_non_null(jar);
        assert_int_equal(jar->data != NULL, linked);
    }
}

/* What cannot be a record is no failure: it is read each time. */
static void test_no_record(void **state)
{
    struct place *place = *state;
    cleanup_free char *large = fp_xmalloc(FP_DIST_JSON_BYTES + 1);
    memset(large, 'x', FP_DIST_JSON_BYTES);
    large[FP_DIST_JSON_BYTES] = '\0';
    const struct tar_entry extras[] = {
        {.name = "flink-1.20.0/conf/large", .data = large},
        {.name = "flink-1.20.0/lib/\xff.jar", .data = "PK"},
        {.name = "flink-1.20.0/bin/\xff", .data = "#!"},
    };
    for (size_t i = 0; i < sizeof(extras) / sizeof(extras[0]); i++) {
        write_dist(place, &(struct dist_shape){.extra = extras[i]});
        cleanup_distribution struct fp_distribution dist = read_dist(place);
        assert_null(fp_distribution_json(&dist));
    }
    cleanup_distribution struct fp_distribution outline = {.is_outline = true};
    assert_null(fp_distribution_json(&outline));
}

static void test_outline(void **state)
{
    struct place *place = *state;
    const struct tar_entry extra = {.name = "flink-1.20.0/lib/kafka.jar", .data = "PK"};
    struct fp_error err = {0};
    write_dist(place, &(struct dist_shape){.extra = extra});
    cleanup_distribution struct fp_distribution dist = read_dist(place);
    cleanup_distribution struct fp_distribution outline = {0};
    cleanup_json json_t *facts = fp_distribution_facts(&dist);
    cleanup_free char *text = fp_json_canonical(facts);
    assert_int_equal(fp_distribution_facts_parse(facts, "label", &outline, &err), FP_OK);
    assert_true(strlen(text) < 120);
    assert_true(outline.is_outline);
    assert_true(outline.has_added_jars);
    assert_string_equal(outline.version.text, "1.20.0");
    assert_string_equal(outline.scala_version, "2.12");
    assert_string_equal(outline.top, "flink-1.20.0");
    assert_int_equal(outline.newest_mtime_s, dist.newest_mtime_s);
    assert_null(outline.tree);
}

static void test_judged(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *name;
        const char *data;
        bool rocksdb;
        bool added;
    } CASES[] = {
        {NULL, NULL, false, false},
        {"flink-1.20.0/conf/config.yaml", "state.backend: RocksDB\n", true, false},
        {"flink-1.20.0/conf/config.yaml", "a: b\nstate.backend.type: rocksdb", true, false},
        {"flink-1.20.0/conf/config.yaml", "# state.backend: rocksdb\n", false, false},
        {"flink-1.20.0/conf/config.yaml", "state.backend: hashmap\nx: rocksdb\n", false, false},
        {"flink-1.20.0/conf/config.yaml", "state.backend rocksdb\n", false, false},
        {"flink-1.20.0/conf/other.yaml", "state.backend: rocksdb\n", false, false},
        {"flink-1.20.0/lib/flink-connector-kafka.jar", "PK", false, true},
        {"flink-1.20.0/lib/flink-connector-files-1.20.0.jar", "PK", false, false},
        {"flink-1.20.0/lib/log4j-core-2.jar", "PK", false, false},
        {"flink-1.20.0/opt/kafka.jar", "PK", false, false},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct tar_entry extra = {.name = CASES[i].name, .data = CASES[i].data};
        write_dist(place, &(struct dist_shape){.extra = extra});
        cleanup_distribution struct fp_distribution dist = read_dist(place);
        if (dist.chooses_rocksdb != CASES[i].rocksdb || dist.has_added_jars != CASES[i].added)
            fail_msg("%s '%s'", CASES[i].name, CASES[i].data);
    }
}

static const struct {
    const char *member;
    const char *value; /* NULL: the member is removed */
} STRANGE[] = {
    {"flink", NULL},
    {"flink", "3"},
    {"flink", "\"1.20\""},
    {"flink", "\"1.20.1\""}, /* then its directory is another one */
    {"flink", "\"1.20.0/../../etc\""},
    {"newest", NULL},
    {"newest", "-1"},
    {"newest", "253402300800"},
    {"newest", "\"1\""},
    {"diffId", NULL},
    {"diffId", "\"sha256:00\""},
    {"tarBytes", "-1"},
    {"tarBytes", NULL},
    {"sha256", "\"../../../../../../../../../../../../../../../../../../../../../etc/p\""},
    {"sha256", "\"ABC\""},
    {"tree", NULL},
    {"tree", "[]"},
    {"tree", "\"d755 0 0 0 /\\nd755 0 0 0 /etc\""},
    {"tree", "\"d755 0 0 0 /\\nf755 0 0 0 /flink-1.20.0 0\""},
    {"tree", "\"d755 0 0 0 /\\nd755 0 0 0 /etc\\nd755 0 0 0 /flink-1.20.0\""},
    {"files", NULL},
    {"files", "{}"},
    {"files", "[[]]"},
    {"files", "[\"bin/taskmanager.sh\"]"},
    {"files", "[[\"bin/taskmanager.sh\"]]"},
    {"files", "[[\"bin/taskmanager.sh\", 3]]"}, /* only jars may lack their content */
    {"files", "[[\"bin/bash-java-utils.jar\", -1]]"},
    {"files", "[[\"bin/bash-java-utils.jar\", 16777217]]"},
    {"files", "[[\"conf/config.yaml\", null]]"},
    {"files", "[[\"conf/config.yaml\", null, \"!\"]]"},
    {"files", "[[\"conf/config.yaml\", null, 3]]"},
    {"files", "[[\"conf/config.yaml\", true]]"},
    {"files", "[[\"lib/flink-dist-1.20.0.jar\", \"\"]]"},
    {"files", "[[\"bin/../../etc/passwd\", \"\"]]"},
    {"files", "[[\"bin/missing.sh\", \"\"]]"},
    {"lib", NULL},
    {"lib", "[3]"},
    {"lib", "[\"\"]"},
    {"opt", "\"x\""},
    {"opt", "[\"../../etc/passwd\"]"},
};

/* Records may come from whoever can write to a registry. */
static void test_strange_json(void **state)
{
    struct place *place = *state;
    write_dist(place, &(struct dist_shape){0});
    cleanup_distribution struct fp_distribution dist = read_dist(place);
    for (size_t i = 0; i < sizeof(STRANGE) / sizeof(STRANGE[0]); i++) {
        cleanup_json json_t *json = written(&dist);
        cleanup_distribution struct fp_distribution again = {0};
        struct fp_error err = {0};
        if (STRANGE[i].value == NULL)
            (void) json_object_del(json, STRANGE[i].member);
        else
            fp_json_set(json, STRANGE[i].member,
                        json_loads(STRANGE[i].value, JSON_DECODE_ANY, NULL));
        enum fp_code code = fp_distribution_parse(json, "the record", &again, &err);
        if (code != FP_E_INPUT || strstr(err.text, "the record") == NULL)
            fail_msg("%s %s: %d '%s'", STRANGE[i].member, STRANGE[i].value, code, err.text);
        assert_null(again.top);
    }
    struct fp_error err = {0};
    struct fp_distribution none = {0};
    assert_int_equal(fp_distribution_parse(NULL, "the record", &none, &err), FP_E_INPUT);
    assert_int_equal(fp_distribution_facts_parse(NULL, "the record", &none, &err), FP_E_INPUT);
}

/* Many files, or much in them. */
static void test_bounded_json(void **state)
{
    struct place *place = *state;
    cleanup_free char *half = fp_xmalloc(FP_DIST_JSON_BYTES / 2 + 2);
    memset(half, 'x', FP_DIST_JSON_BYTES / 2 + 1);
    half[FP_DIST_JSON_BYTES / 2 + 1] = '\0';
    const struct {
        size_t count;
        const char *text;
    } cases[] = {{1001, ""}, {2, half}};
    write_dist(place, &(struct dist_shape){0});
    cleanup_distribution struct fp_distribution dist = read_dist(place);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_json json_t *json = written(&dist);
        cleanup_distribution struct fp_distribution again = {0};
        struct fp_error err = {0};
        json_t *files = json_array();
        for (size_t n = 0; n < cases[i].count; n++)
            fp_json_append(files, json_pack("[s, s]", "conf/config.yaml", cases[i].text));
        fp_json_set(json, "files", files);
        assert_int_equal(fp_distribution_parse(json, "record", &again, &err), FP_E_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_found_again),  TEST(test_folder_found_again),
        TEST(test_hard_link),    TEST(test_no_record),
        TEST(test_outline),      TEST(test_judged),
        TEST(test_strange_json), TEST(test_bounded_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base_test.h"

#include <dirent.h>
#include <unistd.h>

static char *folder;

static int setup(void **state)
{
    (void) state;
    return fp_temp_dir("/tmp", &folder, NULL) == FP_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void) state;
    fp_temp_remove(steal_pointer(&folder));
    return 0;
}

static void write_entry(const char *file, const char *text)
{
    cleanup_free char *path = fp_path_join(folder, file);
    assert_int_equal(fp_file_write(path, text, strlen(text), 0644, NULL), FP_OK);
}

static struct fp_strv here(void)
{
    struct fp_strv folders = {0};
    fp_strv_add(&folders, folder);
    return folders;
}

/* Each compiled-in entry can be read, and its name agrees with its content. */
static void test_all_entries_of_the_catalogue(void **state)
{
    (void) state;
    cleanup_strv struct fp_strv folders = {0};
    cleanup_strv struct fp_strv names = {0};
    assert_int_equal(fp_base_list(&folders, &names, NULL), FP_OK);
    assert_true(names.len >= 8);
    assert_true(fp_strv_has(&names, "temurin-17-jre"));
    assert_false(fp_strv_has(&names, "schema"));
    for (size_t i = 0; i < names.len; i++) {
        struct fp_base_entry entry = {0};
        struct fp_error err = {0};
        if (fp_base_find(&folders, names.items[i], &entry, &err) != FP_OK)
            fail_msg("%s", err.text);
        cleanup_free char *major = fp_xasprintf("-%u-jre", entry.java);
        assert_non_null(strstr(entry.name, major));
        bool alpine = strstr(entry.name, "alpine") != NULL;
        assert_string_equal(entry.libc, alpine ? "musl" : "glibc");
        assert_int_equal(entry.reference == NULL ? entry.packages.len > 0
                                                 : strstr(entry.reference, "alpine") != NULL,
                         alpine);
        assert_true(entry.description[0] != '\0');
        /* That package has /etc/os-release, which identifies the system. */
        assert_true(entry.reference != NULL || fp_strv_has(&entry.packages, "alpine-release"));
        fp_base_entry_clear(&entry);
    }
}

/* The compiled-in entries are equal to the files, and none is missing. */
static void test_files_agree_with_what_is_compiled_in(void **state)
{
    (void) state;
    cleanup_strv struct fp_strv nowhere = {0};
    cleanup_strv struct fp_strv names = {0};
    size_t files = 0;
    assert_int_equal(fp_base_list(&nowhere, &names, NULL), FP_OK);
    DIR *dir = opendir(BASE_IMAGES);
    assert_non_null(dir);
    for (const struct dirent *file = readdir(dir); file != NULL; file = readdir(dir))
        files += strstr(file->d_name, ".json") != NULL;
    (void) closedir(dir);
    assert_int_equal(names.len, files - 1); /* the schema is no entry */
    for (size_t i = 0; i < names.len; i++) {
        cleanup_strv struct fp_strv folders = {0};
        struct fp_base_entry from_file = {0};
        struct fp_base_entry entry = {0};
        fp_strv_add(&folders, BASE_IMAGES);
        assert_int_equal(fp_base_find(&folders, names.items[i], &from_file, NULL), FP_OK);
        assert_int_equal(fp_base_find(&nowhere, names.items[i], &entry, NULL), FP_OK);
        assert_int_equal(entry.packages.len, from_file.packages.len);
        assert_string_equal(entry.reference != NULL ? entry.reference : "packages",
                            from_file.reference != NULL ? from_file.reference : "packages");
        assert_int_equal(json_equal(entry.keys, from_file.keys), entry.keys != NULL);
        assert_string_equal(entry.description, from_file.description);
        assert_true(json_equal(entry.digests, from_file.digests));
        fp_base_entry_clear(&from_file);
        fp_base_entry_clear(&entry);
    }
}

#define GOOD "\"description\":\"d\",\"reference\":\"r.io/a:t\",\"libc\":\"glibc\",\"java\":17"
#define SUM  "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void test_reads_pins(void **state)
{
    (void) state;
    write_entry("mine.json", "{" GOOD ",\"digests\":{\"linux/arm/v7\":\"" SUM "\"}}");
    cleanup_strv struct fp_strv folders = here();
    struct fp_base_entry entry = {0};
    assert_int_equal(fp_base_find(&folders, "mine", &entry, NULL), FP_OK);
    assert_null(entry.facts);
    assert_string_equal(entry.name, "mine");
    assert_string_equal(entry.reference, "r.io/a:t");
    assert_int_equal(entry.java, 17);
    assert_string_equal(fp_json_string(entry.digests, "linux/arm/v7"), SUM);
    fp_base_entry_clear(&entry);
    write_entry("mine.json", "{" GOOD ",\"digests\":{\"linux/amd64\":\"" SUM
                             "\"},\"facts\":{\"linux/amd64\":\"AAAA\"}}");
    assert_int_equal(fp_base_find(&folders, "mine", &entry, NULL), FP_OK);
    assert_string_equal(fp_json_string(entry.facts, "linux/amd64"), "AAAA");
    fp_base_entry_clear(&entry);
    write_entry("mine.json", "{" GOOD "}");
    assert_int_equal(fp_base_find(&folders, "mine", &entry, NULL), FP_OK);
    assert_int_equal(json_object_size(entry.digests), 0);
    fp_base_entry_clear(&entry);
}

static void test_first_folder_counts(void **state)
{
    (void) state;
    write_entry("temurin-17-jre.json", "{" GOOD "}");
    cleanup_strv struct fp_strv folders = here();
    fp_strv_add(&folders, "/nonexistent");
    fp_strv_add(&folders, BASE_IMAGES);
    struct fp_base_entry entry = {0};
    assert_int_equal(fp_base_find(&folders, "temurin-17-jre", &entry, NULL), FP_OK);
    assert_string_equal(entry.reference, "r.io/a:t");
    fp_base_entry_clear(&entry);
    assert_int_equal(fp_base_find(&folders, "temurin-11-jre", &entry, NULL), FP_OK);
    fp_base_entry_clear(&entry);
    cleanup_strv struct fp_strv names = {0};
    assert_int_equal(fp_base_list(&folders, &names, NULL), FP_OK);
    for (size_t i = 1; i < names.len; i++)
        assert_true(strcmp(names.items[i - 1], names.items[i]) < 0); /* sorted and unique */
}

static void test_refuses_bad_files(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *words;
    } bad[] = {
        {"", "mine.json"},
        {"[]", "described by an object"},
        {"{" GOOD ",\"package\":[]}", "unknown key 'package': expected description, digests"},
        {"{" GOOD ",\"packages\":[]}", "an image (reference, digests), or made of packages"},
        {"{\"description\":\"d\",\"libc\":\"musl\",\"java\":17,\"packages\":[\"a b\"]}",
         "packages: expected a list of words"},
        {"{\"description\":\"d\",\"libc\":\"musl\",\"java\":17,\"packages\":[\"a\"]}",
         "repositories: expected a list"},
        {"{" GOOD ",\"java\":17}", "mine.json"},
        {"{\"reference\":\"r.io/a:t\",\"libc\":\"glibc\",\"java\":17}", "description"},
        {"{\"description\":\"d\",\"libc\":\"glibc\",\"java\":17}", "reference"},
        {"{\"description\":\"d\",\"reference\":\"a:t\",\"libc\":\"glibc\",\"java\":17}",
         "expected REGISTRY/REPOSITORY with a tag or digest"},
        {"{\"description\":\"d\",\"reference\":\"r.io/a\",\"libc\":\"glibc\",\"java\":17}",
         "expected REGISTRY/REPOSITORY with a tag or digest"},
        {"{\"description\":\"d\",\"reference\":\"r.io/A:t\",\"libc\":\"glibc\",\"java\":17}",
         "mine.json: reference: image name 'r.io/A:t': 'A' at position 1"},
        {"{\"description\":\"d\",\"reference\":\"r.io/a:t\",\"libc\":\"uclibc\",\"java\":17}",
         "libc 'uclibc': expected 'glibc' or 'musl'"},
        {"{\"description\":\"d\",\"reference\":\"r.io/a:t\",\"libc\":\"musl\",\"java\":7}",
         "java 7: expected a major version from 8 to 99"},
        {"{\"description\":\"d\",\"reference\":\"r.io/a:t\",\"libc\":\"musl\",\"java\":\"17\"}",
         "java"},
        {"{" GOOD ",\"digests\":[]}", "expected an object of platforms"},
        {"{" GOOD ",\"digests\":{\"amd64\":\"" SUM "\"}}", "digests: 'amd64' is no platform"},
        {"{" GOOD ",\"digests\":{\"linux/x86_64\":\"" SUM "\"}}", "to be written 'linux/amd64'"},
        {"{" GOOD ",\"digests\":{\"linux/amd64\":\"latest\"}}", "digests['linux/amd64']"},
        {"{" GOOD ",\"digests\":{\"linux/amd64\":null}}", "digests['linux/amd64']"},
        {"{" GOOD ",\"facts\":[]}", "facts: expected an object of platforms"},
        {"{" GOOD ",\"facts\":{\"linux/amd64\":\"AAAA\"}}",
         "facts['linux/amd64']: digests does not pin that platform"},
        {"{" GOOD ",\"digests\":{\"linux/amd64\":\"" SUM "\"},\"facts\":{\"linux/amd64\":{}}}",
         "facts['linux/amd64']: expected a text in base64"},
        {"{\"description\":\"d\",\"libc\":\"musl\",\"java\":17,\"packages\":[\"a\"],"
         "\"repositories\":[\"b\"],\"facts\":{}}",
         "an image (reference, digests), or made of packages"},
    };
    cleanup_strv struct fp_strv folders = here();
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct fp_base_entry entry = {0};
        struct fp_error err = {0};
        write_entry("mine.json", bad[i].text);
        if (fp_base_find(&folders, "mine", &entry, &err) != FP_E_INPUT)
            fail_msg("%s was accepted", bad[i].text);
        assert_int_equal(err.code, FP_E_INPUT);
        assert_says(&err, folder);
        assert_says(&err, bad[i].words);
        assert_null(entry.reference);
    }
}

/* The published schema and the program agree on the keys, and on the required ones. */
static void test_schema_agrees(void **state)
{
    (void) state;
    static const char whole[] =
        "{\"$schema\":\"./schema.json\"," GOOD ",\"digests\":{},\"facts\":{}}";
    cleanup_buf struct fp_buf text = FP_BUF_INIT(65536);
    cleanup_json json_t *schema = NULL;
    cleanup_json json_t *entry = json_loads(whole, 0, NULL);
    cleanup_strv struct fp_strv folders = here();
    assert_int_equal(fp_file_read(BASE_IMAGES "/schema.json", &text, NULL), FP_OK);
    assert_int_equal(fp_json_parse(fp_buf_text(&text), text.len, "schema", &schema, NULL), FP_OK);
    assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
    json_t *properties = json_object_get(schema, "properties");
    /* A base made of packages has these three keys instead of the image. */
    static const char *const others[] = {"packages", "repositories", "keys"};
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(json_object_del(properties, others[i]), 0);
    json_array_append_new(json_object_get(schema, "required"), json_string("reference"));
    cleanup_free char *required = fp_json_canonical(json_object_get(schema, "required"));
    assert_int_equal(json_object_size(properties), json_object_size(entry));
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(properties, key, value)
    {
        cleanup_free char *quoted = fp_xasprintf("\"%s\"", key);
        cleanup_json json_t *less = json_copy(entry);
        struct fp_base_entry found = {0};
        assert_int_equal(json_object_del(less, key), 0);
        cleanup_free char *bytes = fp_json_canonical(less);
        write_entry("mine.json", bytes);
        bool needed = strstr(required, quoted) != NULL;
        assert_int_equal(fp_base_find(&folders, "mine", &found, NULL), needed ? FP_E_INPUT : FP_OK);
        fp_base_entry_clear(&found);
    }
}

static void test_unknown_names(void **state)
{
    (void) state;
    cleanup_strv struct fp_strv folders = here();
    static const char *const names[] = {"other", "", "../mine", "a/b", ".hidden", "Mine", "schema"};
    struct fp_base_entry entry = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_base_find(&folders, "other", &entry, &err), FP_E_NOT_FOUND);
    assert_says(&err, "no base image 'other': there are alpine-11-jre, ");
    write_entry("mine.json", "{" GOOD "}");
    write_entry("schema.json", "{}");
    write_entry("Upper.json", "{}");
    write_entry("notes.txt", "");
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(fp_base_find(&folders, names[i], &entry, &err), FP_E_NOT_FOUND);
        cleanup_free char *words =
            fp_xasprintf("no base image '%s': there are alpine-11-jre, alpine-17-jre", names[i]);
        assert_memory_equal(err.text, words, strlen(words));
        assert_non_null(strstr(err.hint, strcmp(names[i], "Mine") == 0 ? "mine" : "REGISTRY/"));
    }
}

static void test_names_that_are_near(void **state)
{
    (void) state;
    static const char *const names[][2] = {{"temurin-17", "temurin-17-jre"},
                                           {"temurin-22-jre", "temurin-21-jre"},
                                           {"alpine-17-jer", "alpine-17-jre"}};
    const struct fp_strv folders = {0};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct fp_base_entry entry = {0};
        struct fp_error err = {0};
        assert_int_equal(fp_base_find(&folders, names[i][0], &entry, &err), FP_E_NOT_FOUND);
        assert_string_equal(err.hint, names[i][1]);
    }
    cleanup_free char *next = fp_base_for_java(&folders, 18);
    assert_string_equal(next, "temurin-21-jre");
    assert_null(fp_base_for_java(&folders, 66));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_agree_with_what_is_compiled_in),
        cmocka_unit_test_setup_teardown(test_all_entries_of_the_catalogue, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_that_are_near, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reads_pins, setup, teardown),
        cmocka_unit_test_setup_teardown(test_first_folder_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refuses_bad_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_schema_agrees, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_names, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

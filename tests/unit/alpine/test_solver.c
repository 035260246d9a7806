/*
 * Runs the resolver's cases, which are files: tests/data/alpine/solver/NAME.test.
 *
 * A file consists of sections. @INSTALLED, @REPOSITORY, @WORLD and @PINS are valid until the next
 * section of that name. Each @ADD with the following @EXPECT or @FAILS is a case:
 *
 *   @INSTALLED, @REPOSITORY    packages, one a line: NAME | VERSION | FIELD | ..., where a field is
 * a line of APKINDEX such as "D:so:libz.so.1" (dependencies), "p:" (what it provides), "i:"
 * (install_if), "k:" (priority)
 *   @REPOSITORY and            one more repository, after those before it
 *   @WORLD WORDS, @ADD WORDS   the requests of the base, the new requests
 *   @PINS NAME=VERSION...      packages that have to be chosen; VERSION=C: for that checksum;
 * 'only' as the first word: and no other
 *   @EXPECT                    the changes, in order, one a line: NAME-VERSION, or
 *                              NAME-VERSION(OLD) for an upgrade; no line: nothing
 *   @FAILS input|not found     and words of the error, one line each
 *
 * Lines that begin with '#' are comments.
 */
#include <glob.h>

#include "alpine_test.h"

#define FOLDER           FLINKPACK_TEST_DATA "/alpine/solver"
#define REPOSITORIES_MAX 4
#define TEXT_MAX         ((size_t) 1 << 16)

struct solver_case {
    char *installed; /* a database of installed packages */
    char *repositories[REPOSITORIES_MAX];
    size_t repository_count;
    struct fp_strv world;
    struct fp_strv requests;
    json_t *pins;
    bool only_pins;
    struct fp_strv *list;    /* the list that lines are added to */
    struct fp_strv packages; /* the lines of a list of packages */
    struct fp_strv outcome;  /* the expected outcome */
    char **text;             /* where the index of the packages is stored */
    enum fp_code code;
    bool is_open; /* an outcome has to be checked */
};

/* Convert lines "NAME | VERSION | FIELD" to stanzas of an index. */
static char *as_index(const struct fp_strv *lines)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(TEXT_MAX);
    for (size_t i = 0; i < lines->len; i++) {
        cleanup_strv struct fp_strv parts = {0};
        fp_strv_split(&parts, lines->items[i], '|');
        assert_true(parts.len >= 2);
        for (size_t k = 0; k < parts.len; k++) {
            const char *part = parts.items[k] + strspn(parts.items[k], " ");
            size_t len = strlen(part);
            while (len > 0 && part[len - 1] == ' ')
                len--;
            fp_buf_putf(&text, "%s%.*s\n", k == 0 ? "P:" : k == 1 ? "V:" : "", (int) len, part);
        }
        fp_buf_puts(&text, "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nI:1\n\n");
    }
    assert_int_equal(fp_buf_check(&text, NULL), FP_OK);
    return fp_buf_take(&text);
}

static void list_changes(const struct fp_apk_answer *answer, struct fp_strv *ret)
{
    for (size_t i = 0; i < answer->count; i++) {
        const struct fp_apk_change *change = &answer->changes[i];
        cleanup_free char *title = fp_apk_package_title(change->package);
        if (change->replaced != NULL)
            fp_strv_addf(ret, "%s(%s)", title, change->replaced->fields[FP_APK_VERSION]);
        else
            fp_strv_add(ret, title);
    }
}

static void compare(const struct solver_case *own, const char *where, enum fp_code code,
                    const struct fp_error *err, const struct fp_strv *changes)
{
    if (code != own->code)
        fail_msg("%s: code %d, expected %d: %s", where, (int) code, (int) own->code, err->text);
    for (size_t i = 0; code != FP_OK && i < own->outcome.len; i++) {
        if (strstr(err->text, own->outcome.items[i]) == NULL)
            fail_msg("%s: '%s' lacks '%s'", where, err->text, own->outcome.items[i]);
    }
    for (size_t i = 0; code == FP_OK && (i < changes->len || i < own->outcome.len); i++) {
        const char *got = i < changes->len ? changes->items[i] : "nothing";
        const char *expected = i < own->outcome.len ? own->outcome.items[i] : "nothing";
        if (strcmp(got, expected) != 0)
            fail_msg("%s: %s, expected %s", where, got, expected);
    }
}

static void run_case(const struct solver_case *own, const char *where)
{
    cleanup_apk_index struct fp_apk_index installed = {0};
    struct fp_apk_index indexes[REPOSITORIES_MAX] = {0};
    const struct fp_apk_index *repositories[REPOSITORIES_MAX];
    cleanup_apk_answer struct fp_apk_answer answer = {0};
    cleanup_strv struct fp_strv changes = {0};
    struct fp_error err = {0};
    const char *database = own->installed != NULL ? own->installed : "";
    assert_int_equal(fp_apk_installed_parse(database, where, &installed, NULL), FP_OK);
    for (size_t i = 0; i < own->repository_count; i++) {
        char *text = fp_xstrdup(own->repositories[i]);
        repositories[i] = &indexes[i];
        assert_int_equal(fp_apk_index_parse(text, where, &indexes[i], NULL), FP_OK);
    }
    const struct fp_apk_question question = {.installed = &installed,
                                             .repositories = repositories,
                                             .repository_count = own->repository_count,
                                             .world = &own->world,
                                             .requests = &own->requests,
                                             .pins = own->pins,
                                             .only_pins = own->only_pins};
    enum fp_code code = fp_apk_resolve(&question, &answer, &err);
    list_changes(&answer, &changes);
    compare(own, where, code, &err, &changes);
    for (size_t i = 0; i < own->repository_count; i++)
        fp_apk_index_clear(&indexes[i]);
}

/* End a section: convert its packages to an index, or check its outcome. */
static void end_section(struct solver_case *own, const char *where)
{
    if (own->text != NULL) {
        free(*own->text);
        *own->text = as_index(&own->packages);
    }
    if (own->is_open)
        run_case(own, where);
    own->text = NULL;
    own->is_open = false;
    own->list = NULL;
    fp_strv_clear(&own->packages);
}

static void begin_packages(struct solver_case *own, char **text)
{
    own->text = text;
    own->list = &own->packages;
}

static void begin_outcome(struct solver_case *own, enum fp_code code)
{
    own->code = code;
    own->is_open = true;
    own->list = &own->outcome;
    fp_strv_clear(&own->outcome);
}

static void set_words(struct fp_strv *list, const char *words)
{
    fp_strv_clear(list);
    fp_strv_split(list, words, ' ');
}

static void set_pins(struct solver_case *own, const char *text)
{
    cleanup_strv struct fp_strv words = {0};
    fp_strv_split(&words, text, ' ');
    json_decref(own->pins);
    own->pins = json_object();
    own->only_pins = words.len > 0 && strcmp(words.items[0], "only") == 0;
    for (size_t i = own->only_pins; i < words.len; i++) {
        char *version = strchr(words.items[i], '=');
        assert_non_null(version);
        *version++ = '\0';
        char *checksum = strchr(version, '=');
        if (checksum != NULL)
            *checksum++ = '\0';
        json_object_set_new(own->pins, words.items[i],
                            json_pack("{s:s, s:s*}", "version", version, "checksum", checksum));
    }
}

static void begin_section(struct solver_case *own, const char *line, const char *where)
{
    bool more = strcmp(line, "@REPOSITORY and") == 0;
    if (strcmp(line, "@INSTALLED") == 0) {
        begin_packages(own, &own->installed);
    } else if (more || strcmp(line, "@REPOSITORY") == 0) {
        own->repository_count = more ? own->repository_count + 1 : 1;
        assert_true(own->repository_count <= REPOSITORIES_MAX);
        begin_packages(own, &own->repositories[own->repository_count - 1]);
    } else if (strncmp(line, "@WORLD", 6) == 0) {
        set_words(&own->world, line + 6);
    } else if (strncmp(line, "@PINS", 5) == 0) {
        set_pins(own, line + 5);
    } else if (strncmp(line, "@ADD ", 5) == 0) {
        set_words(&own->requests, line + 5);
    } else if (strcmp(line, "@EXPECT") == 0) {
        begin_outcome(own, FP_OK);
    } else if (strcmp(line, "@FAILS input") == 0) {
        begin_outcome(own, FP_E_INPUT);
    } else if (strcmp(line, "@FAILS not found") == 0) {
        begin_outcome(own, FP_E_NOT_FOUND);
    } else {
        fail_msg("%s: no section is called '%s'", where, line);
    }
}

static void solver_case_clear(struct solver_case *own)
{
    free(own->installed);
    for (size_t i = 0; i < REPOSITORIES_MAX; i++)
        free(own->repositories[i]);
    fp_strv_clear(&own->world);
    fp_strv_clear(&own->requests);
    json_decref(own->pins);
    fp_strv_clear(&own->packages);
    fp_strv_clear(&own->outcome);
}

static void run_file(void **state)
{
    const char *path = *state;
    cleanup_buf struct fp_buf text = FP_BUF_INIT(TEXT_MAX);
    __attribute__((cleanup(solver_case_clear))) struct solver_case own = {0};
    cleanup_free char *where = fp_xstrdup(path);
    size_t number = 0;
    size_t cases = 0;
    assert_int_equal(fp_file_read(path, &text, NULL), FP_OK);
    for (const char *at = fp_buf_text(&text); *at != '\0';) {
        size_t len = strcspn(at, "\n");
        cleanup_free char *line = fp_xstrndup(at, len);
        at += len + (at[len] != '\0');
        number++;
        if (line[0] == '@') {
            end_section(&own, where);
            free(where);
            where = fp_xasprintf("%s:%zu", fp_path_base(path), number);
            begin_section(&own, line, where);
            cases += own.is_open;
        } else if (line[0] != '#' && line[0] != '\0') {
            assert_non_null(own.list);
            fp_strv_add(own.list, line);
        }
    }
    end_section(&own, where);
    assert_true(cases > 0);
}

int main(void)
{
    glob_t found = {0};
    /* If there are no files at all, the test setup is wrong. */
    if (glob(FOLDER "/*.test", 0, NULL, &found) != 0)
        return 1;
    struct CMUnitTest *tests = fp_xcalloc(found.gl_pathc, sizeof(*tests));
    for (size_t i = 0; i < found.gl_pathc; i++)
        tests[i] = (struct CMUnitTest){.name = fp_path_base(found.gl_pathv[i]),
                                       .test_func = run_file,
                                       .initial_state = found.gl_pathv[i]};
    int failed = _cmocka_run_group_tests("solver", tests, found.gl_pathc, NULL, NULL);
    free(tests);
    globfree(&found);
    return failed;
}

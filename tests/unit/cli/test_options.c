#include "cli_test.h"

#include <stdio.h>
#include <unistd.h>

#include "settings.h"

/* The values of a command for tests, which has every kind of option. */
struct values {
    bool slim;
    bool release;
    const char *name;
    const char *mode;
    int64_t threads;
    int64_t delay_ms;
    int64_t chunk_bytes;
    const char *dist;
    bool has_dist;
    struct fp_strv jars;
    struct fp_strv platforms;
    struct fp_strv labels;
    const char *archive;
    const char *version;
    const char *base;
    const char *config;
    bool help;
};

#define AT(member) .offset = offsetof(struct values, member)

static const struct fp_option options[] = {
    {.name = "slim", .letter = 's', .kind = FP_OPTION_FLAG, AT(slim), .help = "h"},
    {.name = "from-release", .kind = FP_OPTION_FLAG, AT(release), .rivals = "flink", .help = "h"},
    {.name = "image-name", .kind = FP_OPTION_TEXT, .metavar = "NAME", AT(name), .help = "h"},
    {.name = "progress",
     .kind = FP_OPTION_CHOICE,
     .metavar = "MODE",
     .choices = "auto plain json",
     AT(mode),
     .help = "h"},
    {.name = "threads",
     .kind = FP_OPTION_NUMBER,
     .metavar = "N",
     .min = 1,
     .max = 8,
     AT(threads),
     .help = "h"},
    {.name = "delay",
     .kind = FP_OPTION_DURATION,
     .metavar = "TIME",
     .min = 1,
     .max = 60000,
     AT(delay_ms),
     .help = "h"},
    {.name = "chunk",
     .kind = FP_OPTION_SIZE,
     .metavar = "SIZE",
     .min = 1024,
     .max = (int64_t) 4 << 30,
     AT(chunk_bytes),
     .help = "h"},
    {.name = "from-local-dist",
     .kind = FP_OPTION_OPTIONAL,
     .metavar = "DIR",
     AT(dist),
     .flag_offset = offsetof(struct values, has_dist),
     .rivals = "flink",
     .help = "h"},
    {.name = "job-jar",
     .letter = 'j',
     .kind = FP_OPTION_LIST,
     .metavar = "FILE",
     AT(jars),
     .help = "h"},
    {.name = "platform", .kind = FP_OPTION_COMMAS, .metavar = "P", AT(platforms), .help = "h"},
    {.name = "label", .kind = FP_OPTION_MAP, .metavar = "KEY=VALUE", AT(labels), .help = "h"},
    {.name = "from-archive",
     .kind = FP_OPTION_TEXT,
     .metavar = "FILE",
     AT(archive),
     .rivals = "flink",
     .help = "h"},
    {.name = "flink-version",
     .kind = FP_OPTION_TEXT,
     .metavar = "V",
     AT(version),
     .with = "from-release",
     .help = "h"},
    {.name = "base",
     .kind = FP_OPTION_TEXT,
     .metavar = "B",
     AT(base),
     .with = "!from-archive",
     .help = "h"},
    {.name = "config",
     .kind = FP_OPTION_TEXT,
     .metavar = "FILE",
     AT(config),
     .flags = FP_OPTION_NO_FILE,
     .help = "h"},
    {.name = "help",
     .letter = 'h',
     .kind = FP_OPTION_FLAG,
     AT(help),
     .flags = FP_OPTION_ARGV_ONLY | FP_OPTION_STOPS,
     .help = "h"},
    {.name = "with-python2",
     .kind = FP_OPTION_REFUSED,
     .flags = FP_OPTION_HIDDEN | FP_OPTION_ARGV_ONLY,
     .help = "no longer possible"},
    {.name = "certificates",
     .kind = FP_OPTION_IGNORED,
     .metavar = "DIR",
     .flags = FP_OPTION_HIDDEN | FP_OPTION_ARGV_ONLY,
     .help = "has no effect"},
};
static const struct fp_option foreign_options[] = {
    {.name = "password-stdin", .kind = FP_OPTION_FLAG, .help = "h"},
    {.name = "raw", .kind = FP_OPTION_FLAG, .flags = FP_OPTION_ARGV_ONLY, .help = "h"},
};

static const struct fp_option_group own_group = FP_OPTION_GROUP("Own", options);
static const struct fp_option_group foreign_group = FP_OPTION_GROUP("Foreign", foreign_options);
static const struct fp_option_group *const own[] = {&own_group, NULL};
static const struct fp_option_group *const known[] = {&own_group, &foreign_group, NULL};

/* One run, which collects values from all three origins. */
struct fixture {
    struct fp_settings settings;
    struct values values;
    struct fp_error err;
    char folder[64];
    char *file;
};

static int begin(void **state)
{
    struct fixture *f = fp_xcalloc(1, sizeof(*f));
    (void) snprintf(f->folder, sizeof(f->folder), "/tmp/flinkpack-options-XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return -1;
    f->file = fp_path_join(f->folder, "flinkpack.yaml");
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    fp_settings_clear(&f->settings);
    fp_options_clear(own, &f->values);
    (void) unlink(f->file);
    (void) rmdir(f->folder);
    free(f->file);
    free(f);
    return 0;
}

static enum fp_code from_arguments(struct fixture *f, const char *line)
{
    cleanup_strv struct fp_strv words = {0};
    fp_strv_split(&words, line, ' ');
    char *none[] = {NULL};
    return fp_settings_from_arguments(own, known, words.len > 0 ? words.items : none, &f->settings,
                                      &f->err);
}

static void from_environment(struct fixture *f, const char *first, const char *second)
{
    cleanup_strv struct fp_strv environment = {0};
    fp_strv_add(&environment, first);
    if (second != NULL)
        fp_strv_add(&environment, second);
    fp_settings_from_environment(own, known, environment.items, &f->settings);
}

static enum fp_code from_file(struct fixture *f, const char *text)
{
    assert_ok(fp_file_write(f->file, text, strlen(text), 0600, &f->err), f->err);
    return fp_settings_from_file(own, known, f->file, &f->settings, &f->err);
}

static enum fp_code apply(struct fixture *f)
{
    return fp_settings_apply(own, &f->settings, &f->values, &f->err);
}

static void arguments_are_read(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_arguments(f, "--slim --image-name a --image-name=b -j x.jar -jy.jar one "
                                "--platform p,q --platform r --threads 8 -- --slim two"),
              f->err);
    assert_ok(apply(f), f->err);
    assert_true(f->values.slim);
    assert_string_equal(f->values.name, "b");
    assert_int_equal(f->values.threads, 8);
    assert_int_equal(f->values.jars.len, 2);
    assert_string_equal(f->values.jars.items[1], "y.jar");
    assert_int_equal(f->values.platforms.len, 3);
    assert_string_equal(f->values.platforms.items[2], "r");
    assert_int_equal(f->settings.operands.len, 3);
    assert_string_equal(f->settings.operands.items[1], "--slim");
}

static void flags_can_be_turned_off(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_file(f, "slim: true\n"), f->err);
    assert_ok(from_arguments(f, "--slim=false"), f->err);
    assert_ok(apply(f), f->err);
    assert_false(f->values.slim);
}

static void optional_value_may_be_missing(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_arguments(f, "--from-local-dist --slim"), f->err);
    assert_ok(apply(f), f->err);
    assert_true(f->values.has_dist);
    assert_null(f->values.dist);
}

static void optional_value_may_follow(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_arguments(f, "--from-local-dist build-target"), f->err);
    assert_ok(apply(f), f->err);
    assert_true(f->values.has_dist);
    assert_string_equal(f->values.dist, "build-target");
}

static void unknown_options_are_errors(void **state)
{
    struct fixture *f = *state;
    assert_fails(from_arguments(f, "--job-jra x"), f->err, FP_E_USAGE, "--job-jra: there is no");
    assert_string_equal(f->err.hint, "--job-jar");
    assert_fails(from_arguments(f, "--flink x"), f->err, FP_E_USAGE, "--flink:");
    assert_string_equal(f->err.hint, "--flink-version");
    assert_fails(from_arguments(f, "--zzzzzzzzzzz"), f->err, FP_E_USAGE, "--zzzzzzzzzzz:");
    assert_string_equal(f->err.hint, "");
    assert_fails(from_arguments(f, "--password-stdin"), f->err, FP_E_USAGE, "--password-stdin:");
    assert_contains(f->err.hint, "another command");
    assert_fails(from_arguments(f, "-sz"), f->err, FP_E_USAGE, "no option -z");
}

static void missing_values_are_errors(void **state)
{
    struct fixture *f = *state;
    assert_fails(from_arguments(f, "--image-name"), f->err, FP_E_USAGE,
                 "--image-name: NAME is missing");
    assert_fails(from_arguments(f, "--image-name --slim"), f->err, FP_E_USAGE,
                 "--image-name: NAME is missing");
    assert_contains(f->err.hint, "--image-name=VALUE");
    assert_fails(from_arguments(f, "-j"), f->err, FP_E_USAGE, "--job-jar: FILE is missing");
}

static void units_are_understood(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *line;
        int64_t delay_ms;
        int64_t chunk_bytes;
    } cases[] = {
        {"--delay 500ms --chunk 2K", 500, 2048},
        {"--delay 30 --chunk 4096", 30000, 4096},
        {"--delay 30s --chunk 64MiB", 30000, 64 << 20},
        {"--delay 1m --chunk 1g", 60000, 1 << 30},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(from_arguments(f, cases[i].line), f->err);
        assert_ok(apply(f), f->err);
        assert_int_equal(f->values.delay_ms, cases[i].delay_ms);
        assert_int_equal(f->values.chunk_bytes, cases[i].chunk_bytes);
        fp_settings_clear(&f->settings);
    }
}

static void empty_values_are_errors(void **state)
{
    struct fixture *f = *state;
    static const char *const lines[] = {"--job-jar=", "--image-name=", "--label=",   "--slim=",
                                        "--threads=", "--progress=",   "--platform="};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_ok(from_arguments(f, lines[i]), f->err);
        assert_fails(apply(f), f->err, FP_E_USAGE, "the value is empty");
        assert_memory_equal(f->err.text, lines[i], strlen(lines[i]) - 1);
        fp_settings_clear(&f->settings);
    }
    cleanup_strv struct fp_strv words = {0};
    fp_strv_add(&words, "--job-jar");
    fp_strv_add(&words, "");
    assert_ok(fp_settings_from_arguments(own, known, words.items, &f->settings, &f->err), f->err);
    assert_fails(apply(f), f->err, FP_E_USAGE, "--job-jar: the value is empty");
}

static void wrong_values_are_errors(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *line;
        const char *words;
    } cases[] = {
        {"--slim=maybe", "--slim: expected true or false, not 'maybe'"},
        {"--progress jsn", "--progress: expected one of auto plain json, not 'jsn'"},
        {"--threads 0", "from 1 to 8, not '0'"},
        {"--threads 9", "from 1 to 8, not '9'"},
        {"--threads -1", "from 1 to 8, not '-1'"},
        {"--threads 3x", "from 1 to 8, not '3x'"},
        {"--threads 99999999999999999999", "from 1 to 8"},
        {"--delay 0",
         "--delay: expected a time such as 500ms, 30s or 2m, from 1ms to 60s, not '0'"},
        {"--delay 2h", "expected a time"},
        {"--delay 1.5s", "expected a time"},
        {"--delay ms", "expected a time"},
        {"--delay 99999999999999999999s", "expected a time"},
        {"--chunk 1000",
         "--chunk: expected a size such as 64M or 1G, from 1K to 4096M, not '1000'"},
        {"--chunk 8G", "expected a size"},
        {"--chunk 64X", "expected a size"},
        {"--chunk 9223372036854775807G", "expected a size"},
        {"--platform ,,", "--platform: nothing but commas"},
        {"--label =x", "--label: expected KEY=VALUE, not '=x'"},
        {"--with-python2", "--with-python2: no longer possible"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(from_arguments(f, cases[i].line), f->err);
        assert_fails(apply(f), f->err, FP_E_USAGE, cases[i].words);
        fp_settings_clear(&f->settings);
    }
    assert_ok(from_arguments(f, "--progress jsn"), f->err);
    assert_fails(apply(f), f->err, FP_E_USAGE, "--progress");
    assert_string_equal(f->err.hint, "json");
}

static void ignored_options_warn(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_arguments(f, "--certificates dir --slim"), f->err);
    assert_ok(apply(f), f->err);
    assert_true(f->values.slim);
    assert_int_equal(f->settings.warnings.len, 1);
    assert_string_equal(f->settings.warnings.items[0], "--certificates: has no effect");
}

static void help_stops_the_reading(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_arguments(f, "--slim --help --no-such-thing"), f->err);
    assert_true(f->settings.stopped);
    assert_int_equal(f->settings.operands.len, 0);
}

static void environment_is_read(void **state)
{
    struct fixture *f = *state;
    from_environment(f, "FLINKPACK_JOB_JAR=a b.jar\nc.jar", "FLINKPACK_PLATFORM=p,q");
    assert_ok(apply(f), f->err);
    assert_int_equal(f->values.jars.len, 2);
    assert_string_equal(f->values.jars.items[0], "a b.jar");
    assert_int_equal(f->values.platforms.len, 2);
}

static void empty_variables_are_errors(void **state)
{
    struct fixture *f = *state;
    from_environment(f, "FLINKPACK_IMAGE_NAME=", "FLINKPACK_SLIM=yes");
    assert_fails(apply(f), f->err, FP_E_USAGE, "FLINKPACK_IMAGE_NAME: the value is empty");
}

static void an_empty_list_in_a_variable_is_an_error(void **state)
{
    struct fixture *f = *state;
    from_environment(f, "FLINKPACK_JOB_JAR=", NULL);
    assert_fails(apply(f), f->err, FP_E_USAGE, "FLINKPACK_JOB_JAR: the value is empty");
}

static void errors_name_the_variable(void **state)
{
    struct fixture *f = *state;
    from_environment(f, "FLINKPACK_THREADS=many", NULL);
    assert_fails(apply(f), f->err, FP_E_USAGE, "FLINKPACK_THREADS: expected a whole number");
}

static void misspelt_variables_warn(void **state)
{
    struct fixture *f = *state;
    from_environment(f, "FLINKPACK_JOB_JARS=a.jar", "FLINKPACK_SOMETHING_ELSE=1");
    assert_int_equal(f->settings.warnings.len, 2);
    assert_string_equal(f->settings.warnings.items[0],
                        "FLINKPACK_JOB_JARS sets no option; did you mean FLINKPACK_JOB_JAR?");
    assert_string_equal(f->settings.warnings.items[1], "FLINKPACK_SOMETHING_ELSE sets no option");
}

static void variables_of_the_scripts_do_not_warn(void **state)
{
    struct fixture *f = *state;
    from_environment(f, "FLINKPACK_TEST_CACHE=/x", "FLINKPACK_DEBIAN_MIRROR=y");
    assert_int_equal(f->settings.warnings.len, 0);
}

static void argument_only_options_have_no_variable(void **state)
{
    struct fixture *f = *state;
    from_environment(f, "FLINKPACK_HELP=true", "FLINKPACK_RAW=true");
    assert_ok(apply(f), f->err);
    assert_false(f->values.help);
}

static void file_is_read(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_file(f, "job-jar: [a.jar, b.jar]\n"
                           "image-name: registry.example.com/a:1.20\n"
                           "slim: yes\n"
                           "threads: 4\n"
                           "label:\n  one: 1\n  two: x=y\n"
                           "from-local-dist: true\n"
                           "platform: p,q\n"
                           "password-stdin: true\n"),
              f->err);
    assert_ok(apply(f), f->err);
    assert_int_equal(f->values.jars.len, 2);
    assert_string_equal(f->values.name, "registry.example.com/a:1.20");
    assert_int_equal(f->values.threads, 4);
    assert_int_equal(f->values.labels.len, 2);
    assert_string_equal(f->values.labels.items[0], "one=1");
    assert_string_equal(f->values.labels.items[1], "two=x=y");
    assert_true(f->values.has_dist);
    assert_null(f->values.dist);
    assert_int_equal(f->values.platforms.len, 2);
}

static void bad_files_are_errors(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"job_jar: a\n", "job_jar: there is no such option"},
        {"- a\n", "expected a mapping from option names to values"},
        {"image-name: [a, b]\n", "image-name: expected one value, not a list"},
        {"image-name: {a: b}\n", "image-name: expected a value, not a mapping"},
        {"image-name:\n", "image-name: expected a plain value"},
        {"job-jar: [[a]]\n", "job-jar: expected a plain value"},
        {"label: {a: {b: c}}\n", "label: a: expected a plain value"},
        {"config: other.yaml\n", "config: can only be given on the command line"},
        {"raw: true\n", "raw: can only be given on the command line"},
        {"help: true\n", "help: can only be given on the command line"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum fp_code code = from_file(f, cases[i].text);
        assert_fails(code, f->err, FP_E_USAGE, cases[i].words);
        assert_contains(f->err.text, f->file);
        fp_settings_clear(&f->settings);
    }
    assert_int_equal(from_file(f, "job_jar: a\n"), FP_E_USAGE);
    assert_string_equal(f->err.hint, "job-jar");
    assert_int_equal(from_file(f, "a: b: c\n"), FP_E_USAGE);
}

static void errors_name_file_and_key(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_file(f, "threads: 12\n"), f->err);
    assert_fails(apply(f), f->err, FP_E_USAGE, "flinkpack.yaml: threads: expected a whole number");
}

static void missing_file_is_an_error(void **state)
{
    struct fixture *f = *state;
    assert_fails(fp_settings_from_file(own, known, "/nonexistent/x.yaml", &f->settings, &f->err),
                 f->err, FP_E_NOT_FOUND, "/nonexistent/x.yaml");
}

static void the_greater_origin_wins(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_arguments(f, "--image-name argument"), f->err);
    from_environment(f, "FLINKPACK_IMAGE_NAME=variable", "FLINKPACK_PROGRESS=plain");
    assert_ok(from_file(f, "image-name: file\nprogress: json\nthreads: 2\njob-jar: [f.jar]\n"),
              f->err);
    assert_string_equal(fp_settings_value(&f->settings, "progress"), "plain");
    assert_ok(apply(f), f->err);
    assert_string_equal(f->values.name, "argument");
    assert_string_equal(f->values.mode, "plain");
    assert_int_equal(f->values.threads, 2);
    assert_string_equal(f->values.jars.items[0], "f.jar");
}

static void lists_are_replaced_as_a_whole(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_file(f, "job-jar: [f.jar, g.jar]\n"), f->err);
    assert_ok(from_arguments(f, "--job-jar a.jar"), f->err);
    assert_ok(apply(f), f->err);
    assert_int_equal(f->values.jars.len, 1);
    assert_string_equal(f->values.jars.items[0], "a.jar");
}

static void maps_are_merged_by_key(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_arguments(f, "--label a=argument --label d=4"), f->err);
    from_environment(f, "FLINKPACK_LABEL=b=variable\na=variable", NULL);
    assert_ok(from_file(f, "label: {a: file, b: file, ab: file}\n"), f->err);
    assert_ok(apply(f), f->err);
    assert_int_equal(f->values.labels.len, 4);
    assert_string_equal(f->values.labels.items[0], "a=argument");
    assert_string_equal(f->values.labels.items[1], "b=variable");
    assert_string_equal(f->values.labels.items[2], "ab=file");
    assert_string_equal(f->values.labels.items[3], "d=4");
}

static void rivals_cannot_be_given_together(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_arguments(f, "--from-release --from-archive x.tgz"), f->err);
    assert_fails(apply(f), f->err, FP_E_USAGE,
                 "--from-release and --from-archive: only one of them can be given");
}

static void rivals_of_lesser_origin_give_way(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_file(f, "from-release: true\nflink-version: 1.20.4\nbase: b\n"), f->err);
    assert_ok(from_arguments(f, "--from-archive x.tgz"), f->err);
    assert_ok(apply(f), f->err);
    assert_false(f->values.release);
    assert_string_equal(f->values.archive, "x.tgz");
    /* Options that depend on the loser, or exclude the winner, are dropped as well. */
    assert_null(f->values.version);
    assert_null(f->values.base);
}

static void rivals_that_are_off_do_not_count(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_arguments(f, "--from-release=false --from-local-dist=no --from-archive x.tgz"),
              f->err);
    assert_ok(apply(f), f->err);
    assert_string_equal(f->values.archive, "x.tgz");
    assert_false(f->values.has_dist);
}

static void companions_on_the_command_line_stay(void **state)
{
    struct fixture *f = *state;
    assert_ok(from_arguments(f, "--from-archive x.tgz --flink-version 1.20.4"), f->err);
    assert_ok(apply(f), f->err);
    assert_string_equal(f->values.version, "1.20.4");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(arguments_are_read),
        TEST(flags_can_be_turned_off),
        TEST(optional_value_may_be_missing),
        TEST(optional_value_may_follow),
        TEST(unknown_options_are_errors),
        TEST(missing_values_are_errors),
        TEST(units_are_understood),
        TEST(empty_values_are_errors),
        TEST(wrong_values_are_errors),
        TEST(ignored_options_warn),
        TEST(help_stops_the_reading),
        TEST(environment_is_read),
        TEST(empty_variables_are_errors),
        TEST(an_empty_list_in_a_variable_is_an_error),
        TEST(errors_name_the_variable),
        TEST(misspelt_variables_warn),
        TEST(variables_of_the_scripts_do_not_warn),
        TEST(argument_only_options_have_no_variable),
        TEST(file_is_read),
        TEST(bad_files_are_errors),
        TEST(errors_name_file_and_key),
        TEST(missing_file_is_an_error),
        TEST(the_greater_origin_wins),
        TEST(lists_are_replaced_as_a_whole),
        TEST(maps_are_merged_by_key),
        TEST(rivals_cannot_be_given_together),
        TEST(rivals_of_lesser_origin_give_way),
        TEST(rivals_that_are_off_do_not_count),
        TEST(companions_on_the_command_line_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

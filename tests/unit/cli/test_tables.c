#include "cli_test.h"

#include "command.h"

/* Whether a name is valid as an option, as a variable and as a YAML key. */
static bool is_good_name(const char *name)
{
    return name[0] != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static void check_option(const struct fp_command *command, const struct fp_option *option)
{
    bool hidden = (option->flags & FP_OPTION_HIDDEN) != 0;
    /* Flink's own names of options are accepted but hidden. */
    if (!hidden && !is_good_name(option->name))
        fail_msg("%s: bad name '%s'", command->name, option->name);
    if (option->help == NULL || option->help[0] == '\0' ||
        option->help[strlen(option->help) - 1] == '.')
        fail_msg("%s --%s: no help, or one with a full stop", command->name, option->name);
    if ((fp_option_needs_value(option) || option->kind == FP_OPTION_OPTIONAL) &&
        option->metavar == NULL)
        fail_msg("%s --%s: no metavar", command->name, option->name);
    if ((option->kind == FP_OPTION_CHOICE) != (option->choices != NULL))
        fail_msg("%s --%s: choices", command->name, option->name);
    bool is_number = option->kind == FP_OPTION_NUMBER || option->kind == FP_OPTION_DURATION ||
                     option->kind == FP_OPTION_SIZE;
    if (is_number && option->min >= option->max)
        fail_msg("%s --%s: range", command->name, option->name);
    /* Each option that a file can set has to declare what it decides. */
    if ((option->decides == FP_DECIDES_UNSAID) != ((option->flags & FP_OPTION_NO_FILE) != 0))
        fail_msg("%s --%s: say in the table what it decides (.decides), or that it cannot stand in "
                 "flinkpack.yaml",
                 command->name, option->name);
    if (!hidden && option->offset >= sizeof(struct fp_args))
        fail_msg("%s --%s: outside of the struct", command->name, option->name);
}

/* Names and letters are unique in a command, and no two options share a member. */
static void check_pair(const struct fp_command *command, const struct fp_option *a,
                       const struct fp_option *b)
{
    if (strcmp(a->name, b->name) == 0)
        fail_msg("%s: two options --%s", command->name, a->name);
    if (a->letter != 0 && a->letter == b->letter)
        fail_msg("%s: two options -%c", command->name, a->letter);
    bool hidden = ((a->flags | b->flags) & FP_OPTION_HIDDEN) != 0;
    if (!hidden && a->offset == b->offset)
        fail_msg("%s: --%s and --%s share a member", command->name, a->name, b->name);
}

static void check_command(const struct fp_command *command)
{
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(command->groups, &cursor)) != NULL) {
        check_option(command, option);
        struct fp_option_cursor rest = cursor;
        const struct fp_option *other = NULL;
        while ((other = fp_option_next(command->groups, &rest)) != NULL)
            check_pair(command, option, other);
        assert_non_null(fp_option_find(fp_all_options, option->name, strlen(option->name)));
    }
}

static void tables_are_sound(void **state)
{
    (void) state;
    for (const struct fp_command *command = fp_commands; command->name != NULL; command++) {
        assert_non_null(command->summary);
        assert_non_null(command->operands);
        assert_non_null(command->run);
        assert_true(command->min_operands <= command->max_operands);
        assert_ptr_equal(fp_command_find(command->name), command);
        check_command(command);
    }
}

/* `with`, also in the form "!option", names an option of the same command. */
static void companions_exist(void **state)
{
    (void) state;
    fp_option_groups groups = fp_command_find("build")->groups;
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    size_t seen = 0;
    while ((option = fp_option_next(groups, &cursor)) != NULL) {
        if (option->with == NULL)
            continue;
        const char *with = option->with + (option->with[0] == '!');
        assert_non_null(fp_option_find(groups, with, strlen(with)));
        seen++;
    }
    assert_true(seen > 0);
}

static void build_sh_is_understood(void **state)
{
    (void) state;
    static const char *const names[] = {
        "job-jar",
        "job-artifacts",
        "with-python2",
        "with-python3",
        "from-local-dist",
        "from-archive",
        "from-release",
        "image-name",
        "flink-version",
        "hadoop-version",
        "help",
        "scala-version",
        "kubernetes-certificates",
    };
    fp_option_groups groups = fp_command_find("build")->groups;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_non_null(fp_option_find(groups, names[i], strlen(names[i])));
}

static void every_line_of_help_fits(void **state)
{
    (void) state;
    for (const struct fp_command *command = fp_commands; command->name != NULL; command++) {
        struct fp_error err = {0};
        cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_OUTPUT_MAX_BYTES);
        fp_help(command, &text);
        assert_ok(fp_buf_check(&text, &err), err);
        cleanup_strv struct fp_strv lines = {0};
        fp_strv_split(&lines, fp_buf_text(&text), '\n');
        for (size_t i = 0; i < lines.len; i++) {
            if (strlen(lines.items[i]) > 80)
                fail_msg("%s: longer than 80: %s", command->name, lines.items[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_sound),
        cmocka_unit_test(companions_exist),
        cmocka_unit_test(build_sh_is_understood),
        cmocka_unit_test(every_line_of_help_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

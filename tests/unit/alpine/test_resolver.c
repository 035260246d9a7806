#include "alpine_test.h"

#include <signal.h>

/* A stanza from "name version [D:...|p:...|i:...|k:...]", fields separated by '|'. */
static char *make_list(const char *const *packages)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(1 << 20);
    for (; *packages != NULL; packages++) {
        cleanup_strv struct fp_strv parts = {0};
        fp_strv_split(&parts, *packages, '|');
        fp_buf_putf(&text, "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:%s\nV:%s\nI:1\n", parts.items[0],
                    parts.items[1]);
        for (size_t i = 2; i < parts.len; i++)
            fp_buf_putf(&text, "%s\n", parts.items[i]);
        fp_buf_puts(&text, "\n");
    }
    return fp_buf_take(&text);
}

struct scene {
    const char *const *installed;
    const char *const *repository;
    const char *world;    /* separated by blanks */
    const char *requests; /* likewise */
};

/* "bash-1 snappy-2 musl-3(4)": what changes, in order, and what it replaces. */
static enum fp_code resolve(const struct scene *scene, struct fp_buf *ret, struct fp_error *err)
{
    static const char *const nothing[] = {NULL};
    cleanup_apk_index struct fp_apk_index installed = {0};
    cleanup_apk_index struct fp_apk_index repository = {0};
    cleanup_apk_answer struct fp_apk_answer answer = {0};
    cleanup_strv struct fp_strv world = {0};
    cleanup_strv struct fp_strv requests = {0};
    cleanup_free char *database = make_list(scene->installed != NULL ? scene->installed : nothing);
    const struct fp_apk_index *repositories[] = {&repository};
    if (database != NULL)
        assert_int_equal(fp_apk_installed_parse(database, "db", &installed, NULL), FP_OK);
    assert_int_equal(fp_apk_index_parse(make_list(scene->repository), "idx", &repository, err),
                     FP_OK);
    fp_strv_split(&world, scene->world != NULL ? scene->world : "", ' ');
    fp_strv_split(&requests, scene->requests, ' ');
    struct fp_apk_question question = {.installed = &installed,
                                       .repositories = repositories,
                                       .repository_count = 1,
                                       .world = &world,
                                       .requests = &requests};
    enum fp_code code = fp_apk_resolve(&question, &answer, err);
    for (size_t i = 0; i < answer.count; i++) {
        const struct fp_apk_change *change = &answer.changes[i];
        cleanup_free char *title = fp_apk_package_title(change->package);
        fp_buf_putf(ret, "%s%s", i > 0 ? " " : "", title);
        if (change->replaced != NULL)
            fp_buf_putf(ret, "(%s)", change->replaced->fields[FP_APK_VERSION]);
    }
    return code;
}

static void expect(const struct scene *scene, const char *expected)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    struct fp_error err = {0};
    if (resolve(scene, &text, &err) != FP_OK)
        fail_msg("%s: %s", scene->requests, err.text);
    assert_string_equal(fp_buf_text(&text), expected);
}

static void expect_failure(const struct scene *scene, enum fp_code expected, const char *part)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    struct fp_error err = {0};
    assert_int_equal(resolve(scene, &text, &err), expected);
    assert_text_has(err.text, part);
}

static const char *const alpine[] = {"musl|1.2.5-r2|p:so:libc.musl-x86_64.so.1=1",
                                     "busybox|1.36-r0|p:/bin/sh cmd:sh=1.36-r0", NULL};
static const char *const flink_needs[] = {
    "bash|5.2.26-r0|D:/bin/sh so:libreadline.so.8 so:libc.musl-x86_64.so.1|p:cmd:bash=5.2.26-r0",
    "readline|8.2.10-r0|D:so:libncursesw.so.6|p:so:libreadline.so.8=8.2",
    "libncursesw|6.4-r2|D:ncurses-terminfo-base=6.4-r2|p:so:libncursesw.so.6=6.4",
    "ncurses-terminfo-base|6.4-r2",
    "snappy|1.1.10-r1|D:so:libstdc++.so.6|p:so:libsnappy.so.1=1.1.10",
    "libstdc++|13-r0|D:so:libgcc_s.so.1|p:so:libstdc++.so.6=6.0.32",
    "libgcc|13-r0|p:so:libgcc_s.so.1=1",
    "gcompat|1.1.0-r4|D:musl-obstack|p:libc6-compat=1.1.0-r4",
    "musl-obstack|1.2.3-r2",
    "musl|1.2.5-r3|p:so:libc.musl-x86_64.so.1=1",
    "bash-doc|5.2.26-r0|i:docs bash=5.2.26-r0",
    "docs|0.2-r6",
    NULL};

static void test_what_flink_needs(void **state)
{
    (void) state;
    expect(&(struct scene){alpine, flink_needs, "busybox musl", "bash snappy libc6-compat"},
           "ncurses-terminfo-base-6.4-r2 libncursesw-6.4-r2 readline-8.2.10-r0 bash-5.2.26-r0 "
           "libgcc-13-r0 libstdc++-13-r0 snappy-1.1.10-r1 musl-obstack-1.2.3-r2 gcompat-1.1.0-r4");
    /* Nothing is upgraded for its own sake. */
    expect(&(struct scene){alpine, flink_needs, "busybox musl", "musl"}, "");
    expect(&(struct scene){alpine, flink_needs, "busybox musl", "musl>1.2.5-r2"},
           "musl-1.2.5-r3(1.2.5-r2)");
}

static void test_install_if(void **state)
{
    static const char *const clash[] = {"python3|3.11|p:py=1", "pyc|1|D:!wanted",
                                        "python3-pyc|3.11|i:python3 |D:pyc", "wanted|1", NULL};
    (void) state;
    expect(&(struct scene){alpine, flink_needs, "", "bash docs"},
           "ncurses-terminfo-base-6.4-r2 libncursesw-6.4-r2 readline-8.2.10-r0 bash-5.2.26-r0 "
           "bash-doc-5.2.26-r0 docs-0.2-r6");
    expect(&(struct scene){NULL, clash, "", "python3"}, "python3-3.11 pyc-1 python3-pyc-3.11");
    /* Of several the newest whose conditions hold, wherever the repositories list it. */
    static const char *const several[] = {
        "a|1", "b|1", "a-b|1|i:a b", "a-b|3|i:a b", "a-b|2|i:a b", "a-b|4|i:a none", NULL};
    expect(&(struct scene){NULL, several, "", "a b"}, "a-1 b-1 a-b-3");
    /* One that would clash is left out, and nothing fails. */
    expect(&(struct scene){NULL, clash, "", "python3 wanted"}, "python3-3.11 wanted-1");
}

static void test_forced_downgrade(void **state)
{
    static const char *const installed[] = {"musl|1.2.3-r3|p:so:c=1", "musl-utils|1|D:so:c", NULL};
    static const char *const repository[] = {"musl|1.2.3-r2|p:so:c=1",
                                             "libc6-compat|1.2.3-r2|D:musl=1.2.3-r2", NULL};
    (void) state;
    expect(&(struct scene){installed, repository, "musl musl-utils", "libc6-compat"},
           "musl-1.2.3-r2(1.2.3-r3) libc6-compat-1.2.3-r2");
}

/* What is installed and needs the old version is exchanged along with it. */
static void test_forced_together(void **state)
{
    static const char *const installed[] = {"lib|1", "tool|1|D:lib=1", NULL};
    static const char *const repository[] = {"lib|2", "tool|2|D:lib=2", "new|1|D:lib=2", NULL};
    (void) state;
    expect(&(struct scene){installed, repository, "tool", "new"}, "lib-2(1) tool-2(1) new-1");
}

static void test_choice_among_versions(void **state)
{
    static const char *const repository[] = {
        "a|1", "a|3", "a|2", "b|1|D:a<3", "c|1|D:a>=3", "virtual-x|1|p:v=1", "virtual-y|1|p:v=2",
        NULL};
    (void) state;
    expect(&(struct scene){NULL, repository, "", "a"}, "a-3");
    expect(&(struct scene){NULL, repository, "", "a b"}, "a-2 b-1");
    expect(&(struct scene){NULL, repository, "", "v"}, "virtual-y-1");
    expect_failure(&(struct scene){NULL, repository, "", "b c"}, FP_E_INPUT,
                   "no package fits both");
}

static void test_shared_names(void **state)
{
    static const char *const repository[] = {"java8|1|p:java", "java11|2|p:java", "app|1|D:java",
                                             "e-a|3|p:e|k:10", "e-b|1|p:e|k:20",  NULL};
    (void) state;
    expect_failure(&(struct scene){NULL, repository, "", "app"}, FP_E_INPUT,
                   "several packages provide: java8, java11");
    expect(&(struct scene){NULL, repository, "", "app java8"}, "java8-1 app-1");
    /* Nor is a single one chosen. */
    static const char *const single[] = {"java8|1|p:java", "app|1|D:java", NULL};
    expect_failure(&(struct scene){NULL, single, "", "app"}, FP_E_INPUT,
                   "app-1 needs 'java', a name that a package only shares: java8");
    expect(&(struct scene){NULL, single, "", "app java8"}, "java8-1 app-1");
    expect(&(struct scene){NULL, repository, "", "e"}, "e-b-1");
    /* A shared name has no version that one could ask for. */
    expect_failure(&(struct scene){NULL, repository, "", "java=1"}, FP_E_NOT_FOUND, "java=1");
}

/* As apk has it: either one package's, with a version, or shared by packages that give it none. */
static void test_names_are_owned_or_shared(void **state)
{
    static const char *const repository[] = {
        "own|1|p:v=1",        "share|1|p:v w",       "both|1|D:own share", "also|1|p:v",
        "two|1|D:share also", "later|1|D:share own", "old|1|D:w<2 share",  NULL};
    (void) state;
    expect_failure(&(struct scene){NULL, repository, "", "both"}, FP_E_INPUT, "both provide 'v'");
    expect_failure(&(struct scene){NULL, repository, "", "later"}, FP_E_INPUT, "both provide 'v'");
    expect(&(struct scene){NULL, repository, "", "two"}, "share-1 also-1 two-1");
    expect(&(struct scene){NULL, repository, "", "old"}, "share-1 old-1");
}

static void test_failures(void **state)
{
    static const char *const repository[] = {"broken|1|D:so:gone.so.9", "x|1|D:!y",          "y|1",
                                             "loop-a|1|D:loop-b",       "loop-b|1|D:loop-a", NULL};
    (void) state;
    expect_failure(&(struct scene){NULL, repository, "", "nothing"}, FP_E_NOT_FOUND,
                   "'nothing' is asked for, and no repository has it");
    expect_failure(&(struct scene){NULL, repository, "", "broken"}, FP_E_NOT_FOUND,
                   "broken-1 needs 'so:gone.so.9', and no repository has it");
    expect_failure(&(struct scene){NULL, repository, "", "x y"}, FP_E_INPUT, "x");
    expect_failure(&(struct scene){NULL, repository, "", "="}, FP_E_INPUT, "no dependency");
    expect(&(struct scene){NULL, repository, "", "loop-a"}, "loop-b-1 loop-a-1");
    /* An installed package whose name cannot be asked for. */
    static const char *const odd[] = {"a@|1", NULL};
    expect_failure(&(struct scene){odd, repository, "", "y"}, FP_E_NOT_FOUND, "a@");
}

static void test_a_world_that_is_none(void **state)
{
    static const char *const repository[] = {"a|1", NULL};
    (void) state;
    expect_failure(&(struct scene){NULL, repository, "a >=", "a"}, FP_E_INPUT,
                   "base: /etc/apk/world: '>=' is no dependency");
    expect_failure(&(struct scene){NULL, repository, "gone", "a"}, FP_E_NOT_FOUND,
                   "the base's /etc/apk/world has 'gone', and no repository has it");
}

/* More than any user would wait for. `text` is taken. */
static void expect_entangled(struct fp_buf *text, const char *request)
{
    cleanup_apk_index struct fp_apk_index installed = {0};
    cleanup_apk_index struct fp_apk_index repository = {0};
    cleanup_apk_answer struct fp_apk_answer answer = {0};
    cleanup_strv struct fp_strv requests = {0};
    const struct fp_apk_index *repositories[] = {&repository};
    struct fp_error err = {0};
    assert_int_equal(fp_apk_index_parse(fp_buf_take(text), "idx", &repository, NULL), FP_OK);
    fp_strv_add(&requests, request);
    struct fp_apk_question question = {.installed = &installed,
                                       .repositories = repositories,
                                       .repository_count = 1,
                                       .requests = &requests};
    assert_int_equal(fp_apk_resolve(&question, &answer, &err), FP_E_INPUT);
    assert_text_has(err.text, "too entangled");
}

#define STANZA "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nI:1\nV:1\nP:p%u\n"

/* Each package brings the next, and all provide what all exclude a version of: what a repository
 * may say in two megabytes. */
static void test_entangled(void **state)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(8 << 20);
    (void) state;
    for (unsigned i = 0; i < 20000; i++)
        fp_buf_putf(&text, STANZA "p:x\nD:p%u !x=9\n\n", i, i < 19999 ? i + 1 : i);
    expect_entangled(&text, "p0");
}

/* Each package comes for the one behind it in the list, and a long list of conditions is looked at
 * again each time. */
static void test_entangled_conditions(void **state)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(8 << 20);
    (void) state;
    fp_buf_putf(&text, STANZA "i:", 0);
    for (unsigned i = 0; i < 20000; i++)
        fp_buf_putf(&text, "!n%u ", i);
    fp_buf_puts(&text, "never\n\n");
    for (unsigned i = 2000; i > 1; i--)
        fp_buf_putf(&text, STANZA "i:p%u\n\n", i, i - 1);
    fp_buf_putf(&text, STANZA "\n", 1);
    expect_entangled(&text, "p1");
}

/* As in Alpine: the shell, and what asks for the very version of it. */
#define BUSYBOX(version)                                                                           \
    "busybox|" version "|p:cmd:busybox=" version,                                                  \
        "busybox-binsh|" version "|k:100|D:busybox=" version "|p:/bin/sh cmd:sh=" version,         \
        "ssl_client|" version "|D:so:libssl.so.3|i:busybox=" version " libssl3"
#define LIBSSL "libssl3|3.1-r0|p:so:libssl.so.3=3"
#define MKINITFS(version)                                                                          \
    "mkinitfs|" version "|k:900|D:busybox-binsh busybox>=1.28|p:initramfs-generator"

static const char *const old_busybox[] = {BUSYBOX("1.36.1-r15"), LIBSSL, MKINITFS("3.13"),
                                          "app|1|D:/bin/sh", NULL};
static const char *const new_busybox[] = {
    BUSYBOX("1.36.1-r19"), MKINITFS("3.9"),
    "busybox-extras|1.36.1-r19|D:busybox=1.36.1-r19|p:cmd:ftpget=1.36.1-r19",
    "dash-binsh|0.5|p:/bin/sh cmd:sh=0.5|k:60", NULL};

/* What apk 3.0.8 says of each, in what it exchanges. */
static void test_limits_of_what_is_given_up(void **state)
{
    static const char all[] = "busybox-1.36.1-r19(1.36.1-r15) "
                              "busybox-binsh-1.36.1-r19(1.36.1-r15) "
                              "ssl_client-1.36.1-r19(1.36.1-r15)";
    static const char world[] = "app busybox mkinitfs";
    (void) state;
    expect(&(struct scene){old_busybox, new_busybox, world, "busybox>1.36.1-r15"}, all);
    expect(&(struct scene){old_busybox, new_busybox, world, "busybox-binsh>1.36.1-r15"}, all);
    expect(&(struct scene){old_busybox, new_busybox, "app mkinitfs", "busybox=1.36.1-r19"}, all);
    /* mkinitfs is content with either, and is left alone. */
    expect(&(struct scene){old_busybox, new_busybox, world, "busybox-extras"},
           "busybox-1.36.1-r19(1.36.1-r15) busybox-binsh-1.36.1-r19(1.36.1-r15) "
           "ssl_client-1.36.1-r19(1.36.1-r15) busybox-extras-1.36.1-r19");
    /* Who asks for it by name has it as it is. */
    expect(&(struct scene){old_busybox, new_busybox, world, "busybox>1.36.1-r15 ssl_client"},
           "busybox-1.36.1-r19(1.36.1-r15) busybox-binsh-1.36.1-r19(1.36.1-r15)");
    expect(&(struct scene){old_busybox, new_busybox, world, "ssl_client>1.36.1-r15"},
           "ssl_client-1.36.1-r19(1.36.1-r15)");
    expect(&(struct scene){old_busybox, new_busybox, world, "busybox ssl_client mkinitfs"}, "");
}

/* The library of apk: beside 2.14, in 3, and under the name that it had before. */
static void test_libraries_of_one_version(void **state)
{
    static const char *const two[] = {"apk-tools|2.14.6-r2|D:libapk2=2.14.6-r2 so:libapk.so.2.14.6",
                                      "libapk2|2.14.6-r2|p:so:libapk.so.2.14.6=2.14.6", NULL};
    static const char *const next[] = {
        "apk-tools|2.14.9-r3|D:libapk2=2.14.9-r3 so:libapk.so.2.14.9",
        "libapk2|2.14.9-r3|p:so:libapk.so.2.14.9=2.14.9", NULL};
    static const char *const alone[] = {
        "apk-tools|2.14.0-r2|p:so:libapk.so.2.14.0=2.14.0 cmd:apk=2.14.0-r2", NULL};
    static const char *const split[] = {"apk-tools|2.14.0-r3|D:libapk2=2.14.0-r3",
                                        "libapk2|2.14.0-r3|p:so:libapk.so.2.14.0=2.14.0", NULL};
    static const char *const three[] = {"apk-tools|3.0.6-r0|D:libapk=3.0.6-r0",
                                        "libapk|3.0.6-r0|p:libapk2=3.0.6-r0", NULL};
    static const char both[] = "libapk2-2.14.9-r3(2.14.6-r2) apk-tools-2.14.9-r3(2.14.6-r2)";
    (void) state;
    expect(&(struct scene){two, next, "apk-tools", "libapk2"}, "");
    expect(&(struct scene){two, next, "apk-tools", "libapk2>2.14.6-r2"}, both);
    expect(&(struct scene){two, next, "apk-tools", "so:libapk.so.2.14.9"}, both);
    expect(&(struct scene){two, next, "apk-tools", "apk-tools>2.14.6-r2"}, both);
    expect(&(struct scene){alone, split, "apk-tools", "libapk2"},
           "libapk2-2.14.0-r3 apk-tools-2.14.0-r3(2.14.0-r2)");
    expect(&(struct scene){three, next, "apk-tools", "libapk2"}, "");
}

/* The reason is the one that is true. */
static void test_reasons(void **state)
{
    static const char *const only_busybox[] = {"busybox|1.36.1-r19", NULL};
    (void) state;
    expect_failure(&(struct scene){old_busybox, only_busybox, "app busybox", "busybox>1.36.1-r15"},
                   FP_E_INPUT,
                   "busybox-binsh-1.36.1-r15 needs 'busybox=1.36.1-r15', and "
                   "'busybox>1.36.1-r15' is asked for: no package fits both");
    expect_failure(&(struct scene){old_busybox, new_busybox, "app busybox", "dash-binsh"},
                   FP_E_INPUT, "both provide 'cmd:sh'");
}

static void test_an_interrupt(void **state)
{
    (void) state;
    struct fp_cancel cancel = {0};
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&cancel);
    assert_true(fp_cancel(&cancel, SIGTERM));
    expect_failure(&(struct scene){old_busybox, new_busybox, "app busybox", "busybox"},
                   FP_E_INTERRUPTED, "terminated");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_flink_needs),
        cmocka_unit_test(test_install_if),
        cmocka_unit_test(test_forced_downgrade),
        cmocka_unit_test(test_forced_together),
        cmocka_unit_test(test_choice_among_versions),
        cmocka_unit_test(test_shared_names),
        cmocka_unit_test(test_names_are_owned_or_shared),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_limits_of_what_is_given_up),
        cmocka_unit_test(test_libraries_of_one_version),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_a_world_that_is_none),
        cmocka_unit_test(test_entangled),
        cmocka_unit_test(test_entangled_conditions),
        cmocka_unit_test(test_an_interrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

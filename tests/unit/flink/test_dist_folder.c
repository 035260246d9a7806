/** Distributions in directories: finding, reading and refusing them; copies give equal layers. */
#include "dist_place.h"

#include <fcntl.h>
#include <utime.h>

/* Only programs are executable, independent of the umask and the order of the files. */
static void test_folder(void **state)
{
    struct place *place = *state;
    char *digests[2] = {NULL, NULL};
    place->options.archive = NULL;
    place->options.mtime_s = 1500000000;
    for (int i = 0; i < 2; i++) {
        mode_t before = umask(i == 0 ? 022 : 0077);
        cleanup_free char *folder = fp_xasprintf("%s/dist%d", place->folder, i);
        dist_folder(folder);
        (void) umask(before);
        place->options.folder = folder;
        struct fp_distribution dist = read_dist(place);
        assert_string_equal(dist.repack_reason, "it is a folder");
        assert_string_equal(dist.sha256, "");
        assert_int_equal(fp_tree_get(dist.tree, "flink-1.20.0/bin/taskmanager.sh")->mode, 0755);
        assert_int_equal(fp_tree_get(dist.tree, "flink-1.20.0/bin/taskmanager.sh")->mtime_s,
                         1500000000);
        assert_non_null(fp_distribution_file(&dist, "bin/taskmanager.sh"));
        digests[i] = fp_xstrdup(dist.layer.diff_id.text);
        fp_distribution_clear(&dist);
    }
    assert_string_equal(digests[0], digests[1]);
    place->options.folder = place->folder;
    refused(place, FP_E_INPUT, "name the folder");
    free(digests[0]);
    free(digests[1]);
}

/* Write a file, and make its parent directories. */
static void write_below(const char *path)
{
    struct fp_error err = {0};
    cleanup_free char *folder = fp_xstrndup(path, (size_t) (fp_path_base(path) - path) - 1);
    assert_int_equal(fp_mkdir_p(folder, 0755, &err), FP_OK);
    write_plain(path, "x", 1);
}

/* Write a jar with one empty entry, whose DOS time is 2024-03-01 12:30:10. */
static void write_jar(const char *path)
{
    static const unsigned char central[] = {
        'P', 'K', 1, 2, 20, 0, 20, 0, 0, 0, 0, 0, 0xc5, 0x63, 0x61, 0x58, 0, 0, 0, 0, 0, 0, 0,  0,
        0,   0,   0, 0, 1,  0, 0,  0, 0, 0, 0, 0, 0,    0,    0,    0,    0, 0, 0, 0, 0, 0, 'a'};
    static const unsigned char end[] = {'P', 'K', 5, 6, 0, 0, 0, 0, 1, 0, 1,
                                        0,   47,  0, 0, 0, 0, 0, 0, 0, 0, 0};
    unsigned char jar[sizeof(central) + sizeof(end)];
    memcpy(jar, central, sizeof(central));
    memcpy(jar + sizeof(central), end, sizeof(end));
    write_plain(path, jar, sizeof(jar));
}

/* Copies of a directory differ in the times, modes and order of their files. */
static void test_folders_have_one_time(void **state)
{
    struct place *place = *state;
    static const struct {
        int64_t asked;
        bool has_time;
        int64_t expected;
    } CASES[] = {{-1, true, 1709296210},
                 {-1, false, 315532800},
                 {1500000000, true, 1500000000},
                 {0, false, 0}};
    place->options.archive = NULL;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        cleanup_free char *folder = fp_xasprintf("%s/times%zu", place->folder, i);
        cleanup_free char *jar = fp_path_join(folder, "lib/flink-dist-1.20.0.jar");
        cleanup_free char *script = fp_path_join(folder, "bin/taskmanager.sh");
        char *digests[2] = {NULL, NULL};
        dist_folder(folder);
        if (CASES[i].has_time)
            write_jar(jar);
        place->options.folder = folder;
        place->options.mtime_s = CASES[i].asked;
        for (int copy = 0; copy < 2; copy++) {
            const struct utimbuf times = {.modtime = copy == 0 ? 1000000000 : 4000000000};
            assert_int_equal(utime(jar, &times), 0);
            assert_int_equal(utime(script, &times), 0);
            assert_int_equal(chmod(jar, copy == 0 ? 0600 : 0777), 0);
            assert_int_equal(chmod(script, copy == 0 ? 0644 : 0700), 0);
            struct fp_distribution dist = read_dist(place);
            assert_int_equal(dist.newest_mtime_s, CASES[i].expected);
            assert_int_equal(fp_tree_get(dist.tree, "flink-1.20.0/conf")->mtime_s,
                             CASES[i].expected);
            assert_int_equal(fp_tree_get(dist.tree, "flink-1.20.0")->mtime_s, CASES[i].expected);
            digests[copy] = fp_xstrdup(dist.layer.diff_id.text);
            fp_distribution_clear(&dist);
        }
        assert_string_equal(digests[0], digests[1]);
        free(digests[0]);
        free(digests[1]);
    }
}

/* Zip archives and some file systems lose the executable bits. */
static void test_what_can_be_run(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *path;
        const char *content;
        unsigned mode;
    } CASES[] = {{"opt/tool", "#!/bin/sh\n", 0755},  {"lib/native", "\177ELF\2", 0755},
                 {"lib/x.jar", "PK", 0644},          {"conf/short", "#", 0644},
                 {"conf/empty", "", 0644},           {"bin/flink", "no line for a shell", 0755},
                 {"examples/a.py", "import a", 0644}};
    struct fp_error err = {0};
    char *digests[2] = {NULL, NULL};
    cleanup_free char *folder = fp_path_join(place->folder, "rights");
    place->options.archive = NULL;
    place->options.folder = folder;
    dist_folder(folder);
    for (int copy = 0; copy < 2; copy++) {
        for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
            cleanup_free char *path = fp_path_join(folder, CASES[i].path);
            assert_int_equal(fp_file_write(path, CASES[i].content, strlen(CASES[i].content),
                                           copy == 0 ? 0644 : 0755, &err),
                             FP_OK);
        }
        struct fp_distribution dist = read_dist(place);
        for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
            cleanup_free char *path = fp_path_join("flink-1.20.0", CASES[i].path);
            assert_int_equal(fp_tree_get(dist.tree, path)->mode, CASES[i].mode);
        }
        digests[copy] = fp_xstrdup(dist.layer.diff_id.text);
        fp_distribution_clear(&dist);
    }
    assert_string_equal(digests[0], digests[1]);
    free(digests[0]);
    free(digests[1]);
}

static const char *const LEFT_OUT[] = {"log/flink-me-taskexecutor-0-host.log",
                                       "log/deep/er.out",
                                       "conf/config.yaml.bak",
                                       "conf/config.yaml~",
                                       "conf/.config.yaml.swp",
                                       "bin/#flink#",
                                       "lib/._flink.jar",
                                       "lib/.DS_Store",
                                       "flink.pid",
                                       "core",
                                       "core.4711",
                                       "java_pid7.hprof",
                                       "hs_err_pid7.log",
                                       ".git/HEAD",
                                       ".github/workflows/build.yml",
                                       "conf/.gitkeep",
                                       "conf/masters.BAK",
                                       "conf/workers.old",
                                       "conf/config.yaml.rpmsave",
                                       "bin/derby.log",
                                       "bin/flink.log.1",
                                       "__MACOSX/x",
                                       ".idea/workspace.xml",
                                       "conf.orig/config.yaml",
                                       "plugins/x.bak/x.jar",
                                       ".gitignore"};
static const char *const TAKEN[] = {"conf/core/x",           "lib/core.jar",
                                    "lib/logback.jar",       "plugins/log/log.jar",
                                    "conf/log4j.properties", "logs/a"};

static void test_litter_stays_out(void **state)
{
    struct place *place = *state;
    struct fp_error err = {0};
    cleanup_free char *folder = fp_path_join(place->folder, "used");
    place->options.archive = NULL;
    place->options.folder = folder;
    dist_folder(folder);
    cleanup_free char *log = fp_path_join(folder, "log");
    assert_int_equal(fp_mkdir_p(log, 0755, &err), FP_OK);
    for (size_t i = 0; i < sizeof(TAKEN) / sizeof(TAKEN[0]); i++) {
        cleanup_free char *path = fp_path_join(folder, TAKEN[i]);
        write_below(path);
    }
    struct fp_distribution clean = read_dist(place);
    for (size_t i = 0; i < sizeof(LEFT_OUT) / sizeof(LEFT_OUT[0]); i++) {
        cleanup_free char *path = fp_path_join(folder, LEFT_OUT[i]);
        write_below(path);
    }
    cleanup_free char *empty = fp_path_join(folder, "plugins/none/at/all");
    assert_int_equal(fp_mkdir_p(empty, 0755, &err), FP_OK);
    struct fp_distribution used = read_dist(place);
    for (size_t i = 0; i < sizeof(TAKEN) / sizeof(TAKEN[0]); i++) {
        cleanup_free char *path = fp_path_join("flink-1.20.0", TAKEN[i]);
        assert_non_null(fp_tree_get(used.tree, path));
    }
    assert_non_null(fp_tree_get(used.tree, "flink-1.20.0/log"));
    assert_string_equal(used.layer.diff_id.text, clean.layer.diff_id.text);
    assert_int_equal(used.file_count, clean.file_count);
    fp_distribution_clear(&used);
    /* The directory can be missing after a checkout, or be a link to another place. */
    assert_int_equal(fp_remove_tree(log, &err), FP_OK);
    for (int i = 0; i < 2; i++) {
        used = read_dist(place);
        assert_string_equal(used.layer.diff_id.text, clean.layer.diff_id.text);
        fp_distribution_clear(&used);
        assert_int_equal(i == 0 ? symlink("/var/log", log) : 0, 0);
    }
    fp_distribution_clear(&clean);
}

static void test_folder_refusals(void **state)
{
    struct place *place = *state;
    cleanup_free char *folder = fp_path_join(place->folder, "dist");
    cleanup_free char *odd = fp_path_join(folder, "lib/odd");
    place->options.archive = NULL;
    place->options.folder = folder;
    refused(place, FP_E_NOT_FOUND, folder);
    dist_folder(folder);
    assert_int_equal(symlink("/etc/passwd", odd), 0);
    refused(place, FP_E_INPUT, "outside the distribution");
    refused(place, FP_E_INPUT, "cp -rL");
    assert_int_equal(unlink(odd), 0);
    static const char *const FOLDERS[] = {"conf", "bin", "lib"};
    for (size_t i = 0; i < sizeof(FOLDERS) / sizeof(FOLDERS[0]); i++) {
        cleanup_free char *from = fp_path_join(folder, FOLDERS[i]);
        cleanup_free char *to = fp_xasprintf("%s-%s", folder, FOLDERS[i]);
        assert_int_equal(rename(from, to), 0);
        assert_int_equal(symlink(to, from), 0);
        cleanup_free char *words = fp_xasprintf("%s is a link to %s", FOLDERS[i], to);
        refused(place, FP_E_INPUT, words);
        refused(place, FP_E_INPUT, "cp -rL");
        assert_int_equal(unlink(from), 0);
        assert_int_equal(rename(to, from), 0);
    }
    cleanup_free char *file = fp_path_join(folder, "conf/config.yaml");
    cleanup_free char *real = fp_xasprintf("%s.real", file);
    assert_int_equal(rename(file, real), 0);
    assert_int_equal(symlink("config.yaml.real", file), 0);
    refused(place, FP_E_INPUT, "config.yaml is a link to config.yaml.real, and none is followed");
    assert_int_equal(rename(real, file), 0);
    assert_int_equal(mkfifo(odd, 0600), 0);
    refused(place, FP_E_INPUT, "neither a file, a folder nor a link");
}

static void test_find(void **state)
{
    struct place *place = *state;
    struct fp_error err = {0};
    cleanup_free char *found = NULL;
    cleanup_free char *built =
        fp_path_join(place->folder, "a[b]/flink-dist/target/flink-1.20-bin/flink-1.20");
    cleanup_free char *source = fp_path_join(place->folder, "a[b]");
    cleanup_free char *deep = fp_path_join(source, "flink-core/src");
    assert_int_equal(fp_distribution_find(place->folder, &found, &err), FP_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "flink-dist/target"));
    dist_folder(built);
    assert_int_equal(fp_distribution_find(source, &found, &err), FP_OK);
    assert_string_equal(found, built);
    free(steal_pointer(&found));
    assert_int_equal(fp_distribution_find(built, &found, &err), FP_OK);
    free(steal_pointer(&found));
    /* If there are two builds, the link shows which one is the latest. */
    cleanup_free char *old =
        fp_path_join(place->folder, "a[b]/flink-dist/target/flink-1.9-bin/flink-1.9");
    cleanup_free char *last = fp_path_join(source, "build-target");
    dist_folder(old);
    assert_int_equal(fp_distribution_find(source, &found, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "several builds"));
    assert_int_equal(symlink(built, last), 0);
    assert_int_equal(fp_distribution_find(source, &found, &err), FP_OK);
    assert_string_equal(found, last);
    free(steal_pointer(&found));
    assert_int_equal(unlink(last), 0);
    assert_int_equal(fp_remove_tree(old, &err), FP_OK);
    assert_int_equal(fp_mkdir_p(deep, 0755, &err), FP_OK);
    cleanup_fd int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(chdir(deep), 0);
    enum fp_code code = fp_distribution_find(NULL, &found, &err);
    assert_int_equal(fchdir(before), 0);
    assert_int_equal(code, FP_OK);
    assert_string_equal(found, built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_folder),
        TEST(test_folder_refusals),
        TEST(test_find),
        TEST(test_folders_have_one_time),
        TEST(test_what_can_be_run),
        TEST(test_litter_stays_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

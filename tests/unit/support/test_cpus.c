/**
 * @file
 * Processor quotas, read from directories that replace /proc and /sys.
 */
#include "../../../builder/support/internal.h"
#include "support.h"

struct stand_in {
    const char *path;
    const char *text;
};

static void make_files(const char *root, const struct stand_in *files)
{
    for (; files->path != NULL; files++) {
        struct fp_error err = {0};
        cleanup_free char *path = fp_path_join(root, files->path);
        cleanup_free char *folder = fp_xstrndup(path, (size_t) (fp_path_base(path) - path));
        assert_ok(fp_mkdir_p(folder, 0755, &err), err);
        assert_ok(fp_file_write(path, files->text, strlen(files->text), 0644, &err), err);
    }
}

static void nothing_known_is_no_quota(void **state)
{
    assert_int_equal(fp_cgroup_cpus(*state), FP_GROUP_MAX);
}

static void quota_of_a_container(void **state)
{
    static const struct stand_in files[] = {
        {"proc/self/cgroup", "0::/\n"},
        {"sys/fs/cgroup/cpu.max", "200000 100000\n"},
        {NULL, NULL},
    };
    make_files(*state, files);
    assert_int_equal(fp_cgroup_cpus(*state), 2);
}

static void fractions_are_rounded_up(void **state)
{
    static const struct stand_in files[] = {
        {"proc/self/cgroup", "0::/\n"},
        {"sys/fs/cgroup/cpu.max", "250001 100000\n"},
        {NULL, NULL},
    };
    make_files(*state, files);
    assert_int_equal(fp_cgroup_cpus(*state), 3);
}

static void least_quota_of_all_groups(void **state)
{
    static const struct stand_in files[] = {
        {"proc/self/cgroup", "0::/user.slice/job\n"},
        {"sys/fs/cgroup/user.slice/job/cpu.max", "max 100000\n"},
        {"sys/fs/cgroup/user.slice/cpu.max", "50000 100000\n"},
        {"sys/fs/cgroup/cpu.max", "400000 100000\n"},
        {NULL, NULL},
    };
    make_files(*state, files);
    assert_int_equal(fp_cgroup_cpus(*state), 1);
}

static void large_and_odd_quotas(void **state)
{
    static const char *const texts[] = {
        "6400000 100000", "max 100000", "", "x", "5", "5 0", "99999999999999999999999999 1"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct stand_in files[] = {
            {"proc/self/cgroup", "0::/\n"},
            {"sys/fs/cgroup/cpu.max", texts[i]},
            {NULL, NULL},
        };
        make_files(*state, files);
        assert_int_equal(fp_cgroup_cpus(*state), FP_GROUP_MAX);
    }
}

static void version_one(void **state)
{
    static const struct stand_in files[] = {
        {"proc/self/cgroup", "12:memory:/docker/1\n4:cpu,cpuacct:/docker/1\n1:name=systemd:/x\n"},
        {"sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us", "-1\n"},
        {"sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us", "100000\n"},
        {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "300000\n"},
        {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"},
        {"sys/fs/cgroup/memory/docker/1/cpu.cfs_quota_us", "1\n"},
        {NULL, NULL},
    };
    make_files(*state, files);
    assert_int_equal(fp_cgroup_cpus(*state), 3);
}

static void paths_outside_are_left_alone(void **state)
{
    static const struct stand_in files[] = {
        {"proc/self/cgroup", "0::/../../proc/self\nnonsense\n"},
        {"proc/self/cpu.max", "100000 100000\n"},
        {NULL, NULL},
    };
    make_files(*state, files);
    assert_int_equal(fp_cgroup_cpus(*state), FP_GROUP_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(nothing_known_is_no_quota),    scratch_test(quota_of_a_container),
        scratch_test(fractions_are_rounded_up),     scratch_test(least_quota_of_all_groups),
        scratch_test(large_and_odd_quotas),         scratch_test(version_one),
        scratch_test(paths_outside_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

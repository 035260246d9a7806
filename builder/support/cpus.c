/* Counts the processors that this process may use, by affinity and by the quotas of cgroups. */
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "flinkpack/support/file.h"
#include "flinkpack/support/group.h"
#include "internal.h"

/* A quota is a share of time in a period, for a cgroup and for each of its parents. A container
 * with "2 processors" on a machine of 64 gets them in this way. */

#define NO_QUOTA UINT_MAX

/* The first number of `*text`, which moves behind it; 0 if there is none or it is too large. */
static uint64_t take_number(const char **text)
{
    uint64_t number = 0;
    const char *p = *text + strspn(*text, " \n");
    for (; *p >= '0' && *p <= '9'; p++) {
        if (number > UINT64_MAX / 100)
            return 0;
        number = number * 10 + (uint64_t) (*p - '0');
    }
    *text = p;
    return number;
}

static unsigned round_up(uint64_t quota_us, uint64_t period_us)
{
    if (quota_us == 0 || period_us == 0)
        return NO_QUOTA;
    uint64_t cpus = quota_us / period_us + (quota_us % period_us != 0);
    return cpus < FP_GROUP_MAX ? (unsigned) cpus : FP_GROUP_MAX;
}

static bool read_small(const char *folder, const char *name, struct fp_buf *buf)
{
    cleanup_free char *path = fp_path_join(folder, name);
    fp_buf_clear(buf);
    return fp_file_read(path, buf, NULL) == FP_OK;
}

/* cgroup v2: "QUOTA PERIOD", or "max PERIOD". */
static unsigned quota_v2(const char *folder)
{
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(256);
    if (!read_small(folder, "cpu.max", &buf))
        return NO_QUOTA;
    const char *text = fp_buf_text(&buf);
    uint64_t quota_us = take_number(&text);
    return round_up(quota_us, take_number(&text));
}

/* cgroup v1: two files; -1 means no quota. */
static unsigned quota_v1(const char *folder)
{
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(256);
    if (!read_small(folder, "cpu.cfs_quota_us", &buf))
        return NO_QUOTA;
    const char *text = fp_buf_text(&buf);
    uint64_t quota_us = take_number(&text);
    if (!read_small(folder, "cpu.cfs_period_us", &buf))
        return NO_QUOTA;
    text = fp_buf_text(&buf);
    return round_up(quota_us, take_number(&text));
}

/* The smallest quota of the group `path` below `mount` and of its parents. */
static unsigned quota_upwards(const char *mount, const char *path,
                              unsigned (*quota_of)(const char *folder))
{
    cleanup_free char *group = fp_xstrdup(path);
    unsigned least = NO_QUOTA;
    for (;;) {
        cleanup_free char *folder = fp_path_join(mount, group);
        unsigned quota = quota_of(folder);
        if (quota < least)
            least = quota;
        char *slash = strrchr(group, '/');
        if (slash == NULL)
            return least;
        *slash = '\0';
    }
}

/* One line of /proc/self/cgroup: "0::/PATH" (v2) or "4:cpu,cpuacct:/PATH" (v1). */
static unsigned quota_of_line(const char *root, const char *line)
{
    const char *controllers = strchr(line, ':');
    const char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (path == NULL || strstr(path, "/..") != NULL)
        return NO_QUOTA;
    cleanup_free char *names = fp_xstrndup(controllers + 1, (size_t) (path - controllers - 1));
    cleanup_free char *mount = fp_xasprintf("%s/sys/fs/cgroup/%s", root, names);
    cleanup_strv struct fp_strv list = {0};
    fp_strv_split(&list, names, ',');
    if (list.len == 0)
        return quota_upwards(mount, path + 1, quota_v2);
    return fp_strv_has(&list, "cpu") ? quota_upwards(mount, path + 1, quota_v1) : NO_QUOTA;
}

unsigned fp_cgroup_cpus(const char *root)
{
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(64 << 10);
    if (!read_small(root[0] != '\0' ? root : "/", "proc/self/cgroup", &buf))
        return FP_GROUP_MAX;
    cleanup_strv struct fp_strv lines = {0};
    fp_strv_split(&lines, fp_buf_text(&buf), '\n');
    unsigned least = FP_GROUP_MAX;
    for (size_t i = 0; i < lines.len; i++) {
        unsigned quota = quota_of_line(root, lines.items[i]);
        if (quota < least)
            least = quota;
    }
    return least;
}

unsigned fp_cpus(void)
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    /* The call fails on machines with more processors than the set can hold. */
    long cpus = sched_getaffinity(0, sizeof(allowed), &allowed) == 0
                    ? CPU_COUNT(&allowed)
                    : sysconf(_SC_NPROCESSORS_ONLN);
    unsigned quota = fp_cgroup_cpus("");
    if (cpus < 1)
        return 1;
    return cpus < (long) quota ? (unsigned) cpus : quota;
}

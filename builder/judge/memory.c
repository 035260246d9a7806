/* Whether the sizes of memory go together, by the sums of Flink's ProcessMemoryUtils,
 * TaskExecutorFlinkMemoryUtils and JobManagerFlinkMemoryUtils, which are the same in all versions
 * since 1.10 (TaskManager) and 1.11 (JobManager). */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "sizes.h"

#define MIB ((uint64_t) 1 << 20)

/* A size without a limit. */
#define NO_LIMIT ((uint64_t) 1 << 62)

/* A role's sizes, and what Flink says against them. */
struct sums {
    struct fp_sizes sizes;
    const char *role; /* "taskmanager" */
    uint64_t process; /* 0: not given */
    uint64_t flink;   /* 0: not given */
    bool has_parts;   /* the parts that Flink adds up to its memory are given */
    char *fault;      /* NULL: none; owned */
};

static uint64_t get(struct sums *sums, const char *name, uint64_t none)
{
    cleanup_free char *key = fp_xasprintf("%s.memory.%s", sums->role, name);
    return fp_sizes_get(&sums->sizes, key, none);
}

static const struct fp_judged_setting *given(struct sums *sums, const char *name)
{
    cleanup_free char *key = fp_xasprintf("%s.memory.%s", sums->role, name);
    return fp_sizes_setting(&sums->sizes, key);
}

static struct fp_size_range range(struct sums *sums, const char *name, struct fp_size_range none)
{
    cleanup_free char *key = fp_xasprintf("%s.memory.%s", sums->role, name);
    struct fp_size_range ret = fp_sizes_range(&sums->sizes, key, none);
    char min[FP_SIZE_TEXT];
    char max[FP_SIZE_TEXT];
    if (sums->fault == NULL && !sums->sizes.is_unread &&
        (ret.min > ret.max || !(ret.fraction >= 0 && ret.fraction < 1)))
        sums->fault =
            fp_xasprintf("%s: the fraction %g, min %s and max %s do not go together", key,
                         ret.fraction, fp_size_text(ret.min, min), fp_size_text(ret.max, max));
    return ret;
}

/* The parts do not fit into the whole. */
static void refuse_sum(struct sums *sums, const char *parts, uint64_t sum, const char *whole,
                       uint64_t size)
{
    char left[FP_SIZE_TEXT];
    char right[FP_SIZE_TEXT];
    if (sums->fault == NULL)
        sums->fault = fp_xasprintf("%s add up to %s, more than %s of %s", parts,
                                   fp_size_text(sum, left), whole, fp_size_text(size, right));
}

static void check_range(struct sums *sums, const char *name, uint64_t size,
                        struct fp_size_range range)
{
    char text[FP_SIZE_TEXT];
    char min[FP_SIZE_TEXT];
    char max[FP_SIZE_TEXT];
    if (sums->fault != NULL || (size >= range.min && size <= range.max))
        return;
    sums->fault = fp_xasprintf("%s is left for %s, which has to be between %s and %s",
                               fp_size_text(size, text), name, fp_size_text(range.min, min),
                               range.max == NO_LIMIT ? "any" : fp_size_text(range.max, max));
}

/* The whole less its parts; 0 if they do not fit, which is told. */
static uint64_t rest_of(struct sums *sums, const char *parts, uint64_t sum, const char *whole,
                        uint64_t size)
{
    if (sum <= size)
        return size - sum;
    refuse_sum(sums, parts, sum, whole, size);
    return 0;
}

static uint64_t network_max(const struct sums *sums)
{
    return sums->sizes.number >= 117 ? NO_LIMIT : 1024 * MIB;
}

static struct fp_size_range network_range(struct sums *sums)
{
    return range(sums, "network",
                 (struct fp_size_range){64 * MIB, network_max(sums), (double) 0.1F});
}

/* Framework and task off-heap, and the framework's heap. */
static uint64_t fixed_parts(struct sums *sums)
{
    return get(sums, "framework.heap.size", 128 * MIB) +
           get(sums, "framework.off-heap.size", 128 * MIB) + get(sums, "task.off-heap.size", 0);
}

/* A TaskManager whose task heap and managed memory are given: the size of its Flink memory. */
static uint64_t flink_of_parts(struct sums *sums)
{
    uint64_t sum =
        fixed_parts(sums) + get(sums, "task.heap.size", 0) + get(sums, "managed.size", 0);
    struct fp_size_range network = network_range(sums);
    if (sums->flink == 0)
        return sum + fp_size_part_beside(sum, network);
    uint64_t rest = rest_of(sums, "framework, task heap, off-heap and managed memory", sum,
                            "taskmanager.memory.flink.size", sums->flink);
    check_range(sums, "network memory", rest, network);
    return sums->flink;
}

/* Lay the parts of a TaskManager into its Flink memory. */
static void fill_taskmanager(struct sums *sums, uint64_t flink, const char *whole)
{
    struct fp_size_range managed = {0, NO_LIMIT, (double) 0.4F};
    struct fp_size_range network = network_range(sums);
    cleanup_free char *key = fp_xstrdup("taskmanager.memory.managed");
    managed.fraction = fp_sizes_range(&sums->sizes, key, managed).fraction;
    uint64_t sum =
        fixed_parts(sums) + (given(sums, "managed.size") != NULL ? get(sums, "managed.size", 0)
                                                                 : fp_size_part(flink, managed));
    if (given(sums, "task.heap.size") != NULL) {
        sum += get(sums, "task.heap.size", 0);
        uint64_t rest =
            rest_of(sums, "framework, task heap, off-heap and managed memory", sum, whole, flink);
        check_range(sums, "network memory", rest, network);
        return;
    }
    sum += fp_size_part(flink, network);
    (void) rest_of(sums, "framework, off-heap, managed and network memory", sum, whole, flink);
}

/* The size that Flink before 2.0 took for a TaskManager's Flink memory and a JobManager's heap,
 * unless a newer setting gives these; 0: not given. */
static uint64_t legacy_heap(struct sums *sums)
{
    cleanup_free char *size = fp_xasprintf("%s.heap.size", sums->role);
    cleanup_free char *mib = fp_xasprintf("%s.heap.mb", sums->role);
    if (sums->sizes.number >= 200)
        return 0;
    uint64_t bytes = fp_sizes_get(&sums->sizes, size, 0);
    return bytes > 0 ? bytes : fp_sizes_get(&sums->sizes, mib, 0) * MIB;
}

/* A JobManager whose heap is given: the size of its Flink memory. */
static uint64_t flink_of_heap(struct sums *sums)
{
    uint64_t heap = get(sums, "heap.size", legacy_heap(sums));
    uint64_t off_heap = get(sums, "off-heap.size", 128 * MIB);
    char left[FP_SIZE_TEXT];
    char right[FP_SIZE_TEXT];
    if (sums->flink == 0)
        return heap + off_heap;
    if (given(sums, "off-heap.size") == NULL)
        (void) rest_of(sums, "jobmanager.memory.heap.size", heap, "jobmanager.memory.flink.size",
                       sums->flink);
    else if (heap + off_heap != sums->flink && sums->fault == NULL)
        sums->fault =
            fp_xasprintf("heap and off-heap memory add up to %s, and jobmanager.memory.flink.size "
                         "is %s",
                         fp_size_text(heap + off_heap, left), fp_size_text(sums->flink, right));
    return sums->flink;
}

static void fill_jobmanager(struct sums *sums, uint64_t flink, const char *whole)
{
    uint64_t off_heap = get(sums, "off-heap.size", 128 * MIB);
    char text[FP_SIZE_TEXT];
    if (rest_of(sums, "jobmanager.memory.off-heap.size", off_heap, whole, flink) == 0 &&
        sums->fault == NULL)
        sums->fault =
            fp_xasprintf("jobmanager.memory.off-heap.size takes all %s of %s, and nothing "
                         "is left for the heap",
                         fp_size_text(off_heap, text), whole);
}

/* Put metaspace and overhead around a Flink memory whose size is known. */
static void wrap(struct sums *sums, uint64_t flink, uint64_t metaspace,
                 struct fp_size_range overhead)
{
    if (sums->process == 0)
        return;
    uint64_t rest = rest_of(sums, "Flink memory and metaspace", flink + metaspace,
                            "the process size", sums->process);
    check_range(sums, "JVM overhead", rest, overhead);
}

static void add_up(struct sums *sums)
{
    bool is_jobmanager = sums->sizes.is_jobmanager;
    /* 1.10.0 gave a TaskManager's metaspace 96m. */
    uint64_t metaspace =
        get(sums, "jvm-metaspace.size",
            fp_flink_at_least(sums->sizes.version, 1, 10, 1) ? 256 * MIB : 96 * MIB);
    struct fp_size_range overhead =
        range(sums, "jvm-overhead", (struct fp_size_range){192 * MIB, 1024 * MIB, (double) 0.1F});
    bool has_parts = sums->has_parts;
    const char *whole = sums->flink > 0 ? "the Flink memory" : "the Flink memory that is left";
    uint64_t flink = sums->flink;
    if (!has_parts && flink == 0)
        flink = rest_of(sums, "metaspace and JVM overhead",
                        metaspace + fp_size_part(sums->process, overhead), "the process size",
                        sums->process);
    if (has_parts)
        flink = is_jobmanager ? flink_of_heap(sums) : flink_of_parts(sums);
    else if (is_jobmanager)
        fill_jobmanager(sums, flink, whole);
    else
        fill_taskmanager(sums, flink, whole);
    if (has_parts || sums->flink > 0)
        wrap(sums, flink, metaspace, overhead);
}

/* The last setting of the role's memory, which a finding is about; NULL: there is none. */
static const struct fp_judged_setting *last_given(const struct sums *sums)
{
    cleanup_free char *prefix = fp_xasprintf("%s.memory.", sums->role);
    cleanup_free char *heap = fp_xasprintf("%s.heap.", sums->role);
    for (size_t i = sums->sizes.count; i > 0; i--) {
        const struct fp_judged_setting *setting = &sums->sizes.settings[i - 1];
        if (strncmp(setting->key, prefix, strlen(prefix)) == 0 ||
            (sums->sizes.number < 200 && strncmp(setting->key, heap, strlen(heap)) == 0))
            return setting;
    }
    return NULL;
}

/* What the file of this version that Flink ships says of the whole process. */
static uint64_t shipped_size(const struct sums *sums)
{
    if (sums->sizes.is_jobmanager)
        return 1600 * MIB;
    return (sums->sizes.number == 110 ? 1568 : 1728) * MIB;
}

static void tell(struct sums *sums, const struct fp_judged_setting *about, bool sure,
                 char *take_advice, struct fp_findings *ret)
{
    fp_findings_add(
        ret, (struct fp_finding){
                 .name = fp_finding_name("conf-memory"),
                 .severity = sure ? FP_SEVERITY_ERROR : FP_SEVERITY_WARNING,
                 .where = fp_xstrdup(about->from),
                 .entry = fp_xstrdup(about->key),
                 .what = steal_pointer(&sums->fault),
                 .effect = fp_xasprintf("the %s does not start: IllegalConfigurationException",
                                        sums->sizes.is_jobmanager ? "JobManager" : "TaskManager"),
                 .advice = take_advice,
             });
}

static bool has_parts(struct sums *sums)
{
    if (sums->sizes.is_jobmanager)
        return given(sums, "heap.size") != NULL || legacy_heap(sums) > 0;
    return given(sums, "task.heap.size") != NULL && given(sums, "managed.size") != NULL;
}

static void judge_role(struct sums *sums, bool is_whole, struct fp_findings *ret)
{
    const struct fp_judged_setting *about = last_given(sums);
    char size[FP_SIZE_TEXT];
    if (about == NULL)
        return;
    sums->process = get(sums, "process.size", 0);
    sums->flink = get(sums, "flink.size", sums->sizes.is_jobmanager ? 0 : legacy_heap(sums));
    bool assumed = sums->process == 0 && !is_whole;
    if (assumed)
        sums->process = shipped_size(sums);
    sums->has_parts = has_parts(sums);
    if (sums->process == 0 && sums->flink == 0 && !sums->has_parts)
        sums->fault = fp_xstrdup("neither the size of the process, nor that of Flink in it, nor "
                                 "that of its parts is set");
    else
        add_up(sums);
    if (sums->fault != NULL && !sums->sizes.is_unread)
        tell(sums, about, !assumed,
             assumed ? fp_xasprintf("set %s.memory.process.size too, which is %s in the file that "
                                    "Flink ships",
                                    sums->role, fp_size_text(sums->process, size))
                     : fp_xstrdup("make the parts smaller, or the whole larger"),
             ret);
    free(sums->fault);
}

void fp_judge_memory(const struct fp_flink_version *version,
                     const struct fp_judged_setting *settings, size_t count, bool is_whole,
                     struct fp_findings *ret)
{
    bool is_new = false;
    struct sums sums = {.sizes = {.version = version,
                                  .number = fp_conf_option_version(version, &is_new),
                                  .settings = settings,
                                  .count = count}};
    struct sums other = sums;
    sums.role = "taskmanager";
    other.role = "jobmanager";
    other.sizes.is_jobmanager = true;
    if (fp_flink_at_least(version, 1, 10, 0))
        judge_role(&sums, is_whole, ret);
    if (fp_flink_at_least(version, 1, 11, 0))
        judge_role(&other, is_whole, ret);
}

/**
 * @file
 * Two builds in one process, either in parallel or after a failed or cancelled build. A failure or
 * cancellation of one build does not affect the other.
 */
#include "../flink/flink_test.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "flinkpack/recipe.h"

#define BASE_MAX ((size_t) 1 << 20)

/** A directory with a base, a distribution, and a truncated distribution. */
struct yard {
    char *directory;
    char *base; /* rootfs:FILE */
    char *archive;
    char *broken;
    char *store;
    char *cache;
};

/* One of two builds. */
struct job {
    struct fp_reporter reporter; /* the first member, so that it can be cast to the job */
    const struct yard *yard;
    const char *name;
    const char *archive;
    pthread_barrier_t *barrier; /* both builds wait here in their work; NULL: a single build */
    atomic_bool has_met;
    bool is_cancelled; /* the build cancels itself during its work */
    struct fp_cancel cancel;
    enum fp_code code;
    struct fp_error err;
    struct fp_digest digest;
};

static void write_base(const char *path)
{
    static const struct tar_entry entries[] = {
        {.name = "bin", .type = '2', .link = "usr/bin"},
        {.name = "etc/", .type = '5', .mode = "0000755"},
        {.name = "etc/os-release", .data = "ID=debian\nVERSION_ID=\"12\"\n"},
        {.name = "etc/passwd", .data = "root:x:0:0:root:/root:/bin/bash\n"},
        {.name = "etc/group", .data = "root:x:0:\n"},
        {.name = "usr/", .type = '5', .mode = "0000755"},
        {.name = "usr/bin/", .type = '5', .mode = "0000755"},
        {.name = "usr/bin/bash", .data = "#!/nothing\n", .mode = "0000755"},
        {.name = "usr/bin/java", .type = '2', .link = "/opt/java/openjdk/bin/java"},
        {.name = "opt/", .type = '5', .mode = "0000755"},
        {.name = "opt/java/", .type = '5', .mode = "0000755"},
        {.name = "opt/java/openjdk/", .type = '5', .mode = "0000755"},
        {.name = "opt/java/openjdk/bin/", .type = '5', .mode = "0000755"},
        {.name = "opt/java/openjdk/bin/java", .data = "#!/nothing\n", .mode = "0000755"},
        {.name = "opt/java/openjdk/release", .data = "JAVA_VERSION=\"17.0.9\"\n"},
    };
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(BASE_MAX);
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        tar_add(&tar, &entries[i]);
    tar_end(&tar);
    write_gzip(path, tar.data, tar.len, false);
}

static int setup(void **state)
{
    struct yard *yard = fp_xcalloc(1, sizeof(*yard));
    struct fp_error err = {0};
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(BASE_MAX);
    cleanup_buf struct fp_buf whole = FP_BUF_INIT(BASE_MAX);
    if (fp_temp_dir("/tmp", &yard->directory, &err) != FP_OK)
        return -1;
    cleanup_free char *base = fp_path_join(yard->directory, "base.tar.gz");
    yard->base = fp_xasprintf("rootfs:%s", base);
    yard->archive = fp_path_join(yard->directory, "flink-1.20.0.tgz");
    yard->broken = fp_path_join(yard->directory, "broken.tgz");
    yard->store = fp_path_join(yard->directory, "store");
    yard->cache = fp_path_join(yard->directory, "cache");
    write_base(base);
    dist_tar(&tar, &(const struct dist_shape){0});
    write_gzip(yard->archive, tar.data, tar.len, false);
    assert_int_equal(fp_file_read(yard->archive, &whole, &err), FP_OK);
    write_plain(yard->broken, whole.data, whole.len / 2);
    *state = yard;
    return 0;
}

static int teardown(void **state)
{
    struct yard *yard = *state;
    fp_temp_remove(yard->directory);
    free(yard->base);
    free(yard->archive);
    free(yard->broken);
    free(yard->store);
    free(yard->cache);
    free(yard);
    return 0;
}

/* Both builds wait for each other in their first stage. Then one may be cancelled, and the other
 * continues after that. */
static void on_event(struct fp_reporter *reporter, const struct fp_event *event)
{
    struct job *job = (struct job *) (void *) reporter;
    if (event->kind != FP_EVENT_BEGIN || atomic_exchange(&job->has_met, true))
        return;
    if (job->barrier != NULL)
        (void) pthread_barrier_wait(job->barrier);
    if (job->is_cancelled)
        (void) fp_cancel(&job->cancel, SIGTERM);
    if (job->barrier != NULL)
        (void) pthread_barrier_wait(job->barrier);
}

/* The task always succeeds, because the job stores the outcome of the build. */
static enum fp_code build_task(void *context, struct fp_error *err)
{
    struct job *job = context;
    cleanup_http struct fp_http *http = NULL;
    const struct fp_http_options http_options = {0};
    struct fp_build_result result = {0};
    struct fp_build_options options = {
        .from_archive = job->archive, .base = job->yard->base, .image_name = job->name};
    FP_TRY(fp_http_new(&http_options, &http, err));
    const struct fp_build_context with = {
        .http = http,
        .places = {.registry = {.http = http}, .store = job->yard->store},
        .cache_folder = job->yard->cache,
        .source_date_epoch = 1700000000,
        .reporter = &job->reporter};
    job->reporter.event = on_event;
    job->cancel.parent = fp_cancel_current();
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&job->cancel);
    job->code = fp_build_run(&options, &with, &result, &job->err);
    if (job->code == FP_OK)
        job->digest = result.digest;
    fp_build_result_clear(&result);
    return FP_OK;
}

static void build_alone(struct job *job)
{
    struct fp_error err = {0};
    assert_int_equal(build_task(job, &err), FP_OK);
}

static void build_both(struct job *one, struct job *other)
{
    struct fp_error err = {0};
    pthread_barrier_t barrier;
    cleanup_group struct fp_group *group = fp_group_new(NULL, 2);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    one->barrier = other->barrier = &barrier;
    fp_group_go(group, build_task, one);
    fp_group_go(group, build_task, other);
    assert_int_equal(fp_group_wait(group, &err), FP_OK);
    assert_int_equal(pthread_barrier_destroy(&barrier), 0);
}

static void assert_ended(const struct job *job, enum fp_code code, const char *words)
{
    if (job->code != code || strstr(job->err.text, words) == NULL)
        fail_msg("%s: %d '%s', expected %d '%s'", job->name, job->code, job->err.text, code, words);
}

/* Check whether the common store has the image under the name of the job. */
static void assert_stored(const struct job *job, bool is_there)
{
    struct fp_error err = {0};
    struct fp_repo *repo = NULL;
    cleanup_descriptor struct fp_descriptor root = {0};
    assert_int_equal(fp_repo_open_layout(job->yard->store, FP_LAYOUT_STORE, &repo, &err), FP_OK);
    cleanup_free char *name = fp_xasprintf("%s:latest", job->name);
    enum fp_code code = fp_repo_resolve(repo, name, &root, &err);
    fp_repo_free(repo);
    assert_int_equal(code, is_there ? FP_OK : FP_E_NOT_FOUND);
    if (is_there)
        assert_string_equal(root.digest.text, job->digest.text);
}

static void one_after_the_other(void **state)
{
    const struct yard *yard = *state;
    struct job cancelled = {
        .yard = yard, .name = "cancelled", .archive = yard->archive, .is_cancelled = true};
    struct job failed = {.yard = yard, .name = "failed", .archive = yard->broken};
    struct job right = {.yard = yard, .name = "right", .archive = yard->archive};
    build_alone(&cancelled);
    assert_ended(&cancelled, FP_E_INTERRUPTED, "terminated");
    build_alone(&failed);
    assert_ended(&failed, FP_E_INPUT, yard->broken);
    build_alone(&right);
    assert_ended(&right, FP_OK, "");
    assert_stored(&cancelled, false);
    assert_stored(&failed, false);
    assert_stored(&right, true);
}

static void side_by_side(void **state)
{
    const struct yard *yard = *state;
    struct job one = {.yard = yard, .name = "one", .archive = yard->archive};
    struct job other = {.yard = yard, .name = "other", .archive = yard->archive};
    build_both(&one, &other);
    assert_ended(&one, FP_OK, "");
    assert_ended(&other, FP_OK, "");
    assert_string_equal(one.digest.text, other.digest.text);
    assert_stored(&one, true);
    assert_stored(&other, true);
}

static void beside_one_that_fails(void **state)
{
    const struct yard *yard = *state;
    struct job failed = {.yard = yard, .name = "failed", .archive = yard->broken};
    struct job right = {.yard = yard, .name = "right", .archive = yard->archive};
    build_both(&failed, &right);
    assert_ended(&failed, FP_E_INPUT, yard->broken);
    assert_ended(&right, FP_OK, "");
    assert_stored(&failed, false);
    assert_stored(&right, true);
}

static void beside_one_that_is_cancelled(void **state)
{
    const struct yard *yard = *state;
    struct job cancelled = {
        .yard = yard, .name = "cancelled", .archive = yard->archive, .is_cancelled = true};
    struct job right = {.yard = yard, .name = "right", .archive = yard->archive};
    build_both(&right, &cancelled);
    assert_ended(&cancelled, FP_E_INTERRUPTED, "terminated");
    assert_ended(&right, FP_OK, "");
    assert_stored(&cancelled, false);
    assert_stored(&right, true);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_after_the_other),
        TEST(side_by_side),
        TEST(beside_one_that_fails),
        TEST(beside_one_that_is_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

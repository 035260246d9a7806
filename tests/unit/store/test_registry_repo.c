/* Repositories of registries as repos. The registry is a stub that consists of variables. */
#include "fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fp_registry {
    char *repository;
};

static struct {
    struct fp_repo *content; /* the blobs and manifests of the registry */
    struct fp_descriptor root;
    bool head_tells;  /* HEAD returns the descriptor */
    bool corrupt;     /* blobs come with a wrong byte */
    int cut_after;    /* bytes after which a download breaks; 0: never */
    unsigned fetched; /* the number of downloads */
    unsigned got;     /* the number of manifests read */
    unsigned confirmed;
    unsigned refusals; /* how many manifests to refuse for missing blobs */
    bool may_not_push;
    struct fp_digest doubted;
    size_t resumed_at;
    char pushed_to[128]; /* the reference of the last manifest put */
    char mount_from[128];
    pthread_mutex_t lock;
} server = {.lock = PTHREAD_MUTEX_INITIALIZER};

enum fp_code fp_registry_open(const struct fp_registry_options *options,
                              const struct fp_reference *reference, struct fp_registry **ret,
                              struct fp_error *err)
{
    (void) options;
    (void) err;
    *ret = fp_xcalloc(1, sizeof(**ret));
    (*ret)->repository = fp_xstrdup(reference->repository);
    return FP_OK;
}

void fp_registry_close(struct fp_registry *registry)
{
    if (registry != NULL)
        free(registry->repository);
    free(registry);
}

enum fp_code fp_registry_get_manifest(struct fp_registry *registry, const char *reference_text,
                                      struct fp_buf *body, struct fp_descriptor *ret_descriptor,
                                      struct fp_error *err)
{
    (void) registry;
    server.got++;
    if (strcmp(reference_text, "1") != 0 && strcmp(reference_text, server.root.digest.text) != 0)
        return fp_fail(err, FP_E_NOT_FOUND, "no manifest %s", reference_text);
    *ret_descriptor = fp_descriptor_copy(&server.root);
    return fp_repo_get_document(server.content, &server.root, body, err);
}

enum fp_code fp_registry_head_manifest(struct fp_registry *registry, const char *reference_text,
                                       bool *ret_exists, struct fp_descriptor *ret_descriptor,
                                       struct fp_error *err)
{
    (void) registry;
    (void) err;
    *ret_exists = strcmp(reference_text, "1") == 0;
    if (*ret_exists && server.head_tells)
        *ret_descriptor = fp_descriptor_copy(&server.root);
    return FP_OK;
}

enum fp_code fp_registry_is_tagged(struct fp_registry *registry, const char *tag,
                                   const struct fp_digest *digest, enum fp_tagged *ret,
                                   struct fp_error *err)
{
    (void) registry;
    (void) err;
    bool is_this =
        strcmp(tag, "1") == 0 && server.head_tells && fp_digest_equal(&server.root.digest, digest);
    *ret = is_this ? FP_TAGGED_THIS : FP_TAGGED_NOTHING;
    return FP_OK;
}

enum fp_code fp_registry_confirm(struct fp_registry *registry, const struct fp_digest *digest,
                                 struct fp_error *err)
{
    (void) registry;
    (void) digest;
    (void) err;
    server.confirmed++;
    return FP_OK;
}

enum fp_code fp_registry_has_lost_blob(struct fp_registry *registry,
                                       const struct fp_descriptor *descriptor, bool *ret_lost,
                                       struct fp_error *err)
{
    (void) registry;
    (void) descriptor;
    (void) err;
    *ret_lost = true;
    return FP_OK;
}

enum fp_code fp_registry_put_again(struct fp_registry *registry,
                                   const struct fp_descriptor *descriptor, const char *bytes,
                                   bool *ret_taken, struct fp_error *err)
{
    (void) registry;
    (void) descriptor;
    (void) bytes;
    (void) err;
    *ret_taken = false;
    return FP_OK;
}

bool fp_registry_take_doubts(struct fp_registry *registry)
{
    (void) registry;
    bool has_doubts = server.refusals > 0;
    server.refusals = 0;
    return has_doubts;
}

bool fp_registry_is_doubted(struct fp_registry *registry, const struct fp_digest *digest)
{
    (void) registry;
    return fp_digest_equal(digest, &server.doubted);
}

enum fp_code fp_registry_put_manifest(struct fp_registry *registry, const char *reference_text,
                                      const struct fp_descriptor *descriptor, const char *bytes,
                                      struct fp_error *err)
{
    (void) registry;
    (void) descriptor;
    (void) bytes;
    (void) err;
    (void) snprintf(server.pushed_to, sizeof(server.pushed_to), "%s", reference_text);
    return FP_OK;
}

static void write_from(int fd, const char *data, size_t len, size_t offset)
{
    assert_int_equal(pwrite(fd, data + offset, len - offset, (off_t) offset), len - offset);
}

enum fp_code fp_registry_fetch_blob(struct fp_registry *registry,
                                    const struct fp_descriptor *descriptor, int fd,
                                    struct fp_stage *stage, struct fp_error *err)
{
    struct stat st = {0};
    cleanup_blob struct fp_blob *blob = NULL;
    cleanup_source struct fp_source *source = NULL;
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT(1 << 20);
    (void) registry;
    (void) stage;
    (void) pthread_mutex_lock(&server.lock);
    server.fetched++;
    (void) pthread_mutex_unlock(&server.lock);
    assert_int_equal(fstat(fd, &st), 0);
    server.resumed_at = (size_t) st.st_size;
    /* The pause is long enough for other threads to arrive. */
    (void) usleep(30000);
    if (fp_repo_get_blob(server.content, descriptor, NULL, &blob, err) != FP_OK ||
        fp_blob_open(blob, 0, &source, err) != FP_OK ||
        fp_source_read_all(source, &bytes, err) != FP_OK)
        return FP_E_NOT_FOUND;
    if (server.cut_after > 0) {
        write_from(fd, bytes.data, (size_t) server.cut_after, 0);
        return fp_fail(err, FP_E_NETWORK, "cut");
    }
    write_from(fd, bytes.data, bytes.len, (size_t) st.st_size);
    if (server.corrupt)
        return fp_fail(err, FP_E_VERIFY, "wrong bytes");
    return FP_OK;
}

enum fp_code fp_registry_push_blob(struct fp_registry *registry,
                                   const struct fp_descriptor *descriptor,
                                   const struct fp_blob *blob, const char *mount_from,
                                   struct fp_stage *stage, enum fp_push_outcome *ret_outcome,
                                   struct fp_error *err)
{
    (void) registry;
    (void) descriptor;
    (void) stage;
    if (mount_from != NULL)
        (void) snprintf(server.mount_from, sizeof(server.mount_from), "%s", mount_from);
    *ret_outcome = FP_PUSH_UPLOADED;
    return blob != NULL ? FP_OK : fp_fail(err, FP_E_NOT_FOUND, "cannot be mounted");
}

enum fp_code fp_registry_may_push(struct fp_registry *registry, struct fp_error *err)
{
    (void) registry;
    return server.may_not_push ? fp_fail(err, FP_E_AUTH, "no") : FP_OK;
}

void fp_registry_drop_sessions(struct fp_registry *registry)
{
    (void) registry;
}

bool fp_registry_same_host(const struct fp_registry *a, const struct fp_registry *b)
{
    return a != NULL && b != NULL;
}

void fp_registry_will_push(struct fp_registry *registry)
{
    (void) registry;
}

const char *fp_registry_name(const struct fp_registry *registry)
{
    (void) registry;
    return "registry.example.com/team/app";
}

const char *fp_registry_repository(const struct fp_registry *registry)
{
    return registry->repository;
}

static int server_setup(void **state)
{
    const char *text = "layer";
    if (fixture_setup(state) != 0)
        return -1;
    server.content = fp_repo_new_parts();
    server.root = make_image(server.content, "linux/amd64", &text, 1);
    server.head_tells = true;
    server.mount_from[0] = '\0';
    server.corrupt = false;
    server.cut_after = 0;
    server.fetched = server.got = 0;
    return 0;
}

static int server_teardown(void **state)
{
    fp_repo_free(server.content);
    return fixture_teardown(state);
}

static struct fp_repo *open_named(const char *text)
{
    struct fp_error err = {0};
    struct fp_reference reference = {0};
    struct fp_repo *repo = NULL;
    const struct fp_registry_options options = {0};
    assert_ok(fp_reference_parse(text, &reference, &err), &err);
    assert_ok(
        fp_repo_open_registry(&options, NULL, &reference, in_folder("blobs/sha256"), &repo, &err),
        &err);
    fp_reference_clear(&reference);
    return repo;
}

static struct fp_repo *open_repo(void)
{
    return open_named("registry.example.com/team/app:1");
}

static struct fp_descriptor layer_of_image(void)
{
    struct fp_error err = {0};
    struct fp_copy_plan plan = {0};
    assert_ok(fp_copy_plan_make(server.content, &server.root, NULL, &plan, &err), &err);
    struct fp_descriptor layer = plan.layers[0];
    fp_copy_plan_clear(&plan);
    return layer;
}

static const char *partial_of(const struct fp_descriptor *descriptor)
{
    char name[256];
    (void) snprintf(name, sizeof(name), "blobs/sha256/.%s.partial",
                    fp_digest_hex(&descriptor->digest));
    return in_folder(name);
}

/* Docker Hub counts what is fetched, so HEAD tells there whether the kept manifest is current. */
static void an_image_is_pulled_once(void **state)
{
    (void) state;
    static const char *const names[] = {"docker.io/team/app:1", "registry.example.com/team/app:1"};
    for (size_t i = 0; i < 2; i++) {
        struct fp_repo *repo = open_named(names[i]);
        server.got = 0;
        check_image(repo, "1", &server.root);
        assert_int_equal(server.fetched, 2);
        assert_int_equal(server.got, 1);
        /* The whole image has been kept. */
        check_image(repo, NULL, &server.root);
        check_image(repo, names[i], &server.root);
        assert_int_equal(server.fetched, 2);
        assert_int_equal(server.got, i == 0 ? 1 : 3);
        fp_repo_free(repo);
    }
}

static void a_registry_that_tells_little_is_asked_for_the_manifest(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_descriptor found = {0};
    struct fp_repo *repo = open_repo();
    server.head_tells = false;
    assert_ok(fp_repo_resolve(repo, "1", &found, &err), &err);
    assert_string_equal(found.digest.text, server.root.digest.text);
    assert_int_equal(fp_repo_resolve(repo, "2", &found, &err), FP_E_NOT_FOUND);
    assert_int_equal(fp_repo_resolve(repo, "other.example.com/team/app:1", &found, &err),
                     FP_E_INTERNAL);
    fp_repo_free(repo);
}

static void a_kept_document_that_is_damaged_is_fetched_again(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    struct fp_repo *repo = open_repo();
    char *junk = fp_xcalloc(1, (size_t) server.root.size);
    char name[128];
    (void) snprintf(name, sizeof(name), "blobs/sha256/%s", fp_digest_hex(&server.root.digest));
    (void) put_file(name, junk, (size_t) server.root.size);
    free(junk);
    assert_ok(fp_repo_get_document(repo, &server.root, &body, &err), &err);
    assert_int_equal(body.len, server.root.size);
    assert_int_equal(server.got, 1);
    fp_repo_free(repo);
}

static void a_kept_blob_that_is_damaged_is_fetched_again(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_blob *blob = NULL;
    struct fp_descriptor layer = layer_of_image();
    struct fp_repo *repo = open_repo();
    char *junk = fp_xcalloc(1, (size_t) layer.size);
    char name[128];
    (void) snprintf(name, sizeof(name), "blobs/sha256/%s", fp_digest_hex(&layer.digest));
    (void) put_file(name, junk, (size_t) layer.size);
    free(junk);
    assert_ok(fp_repo_get_blob(repo, &layer, NULL, &blob, &err), &err);
    assert_int_equal(server.fetched, 1);
    fp_blob_unref(blob);
    assert_ok(fp_repo_get_blob(repo, &layer, NULL, &blob, &err), &err);
    assert_int_equal(server.fetched, 1);
    fp_blob_unref(blob);
    check_image(repo, "1", &server.root);
    fp_repo_free(repo);
}

static void a_broken_download_is_resumed(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_blob *blob = NULL;
    struct fp_descriptor layer = layer_of_image();
    struct fp_repo *repo = open_repo();
    server.cut_after = 7;
    assert_int_equal(fp_repo_get_blob(repo, &layer, NULL, &blob, &err), FP_E_NETWORK);
    assert_true(fp_path_exists(partial_of(&layer)));
    server.cut_after = 0;
    assert_ok(fp_repo_get_blob(repo, &layer, NULL, &blob, &err), &err);
    assert_int_equal(server.resumed_at, 7);
    assert_false(fp_path_exists(partial_of(&layer)));
    fp_blob_unref(blob);
    fp_repo_free(repo);
}

static void wrong_bytes_are_not_continued_from(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_blob *blob = NULL;
    struct fp_descriptor layer = layer_of_image();
    struct fp_repo *repo = open_repo();
    server.corrupt = true;
    assert_int_equal(fp_repo_get_blob(repo, &layer, NULL, &blob, &err), FP_E_VERIFY);
    assert_int_equal(count_files("blobs"), 0);
    fp_repo_free(repo);
}

static void links_for_partial_files_make_way(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_blob *blob = NULL;
    struct fp_descriptor layer = layer_of_image();
    struct fp_repo *repo = open_repo();
    struct stat st = {0};
    const char *victim = put_file("victim", "mine", 4);
    assert_int_equal(symlink(victim, partial_of(&layer)), 0);
    assert_ok(fp_repo_get_blob(repo, &layer, NULL, &blob, &err), &err);
    assert_int_equal(stat(in_folder("victim"), &st), 0);
    assert_int_equal(st.st_size, 4);
    fp_blob_unref(blob);
    fp_repo_free(repo);
}

static enum fp_code get_one(void *context, struct fp_error *err)
{
    struct fp_blob *blob = NULL;
    struct fp_descriptor layer = layer_of_image();
    enum fp_code code = fp_repo_get_blob(context, &layer, NULL, &blob, err);
    fp_blob_unref(blob);
    return code;
}

static void callers_for_one_blob_wait_for_the_first(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *one = open_repo();
    struct fp_repo *two = open_repo();
    struct fp_group *group = fp_group_new(NULL, 6);
    for (int i = 0; i < 6; i++)
        fp_group_go(group, get_one, i % 2 == 0 ? one : two);
    assert_ok(fp_group_wait(group, &err), &err);
    assert_int_equal(server.fetched, 1);
    assert_int_equal(count_files("blobs"), 1);
    fp_group_free(group);
    fp_repo_free(one);
    fp_repo_free(two);
}

static void blobs_are_mounted_from_neighbours_only(void **state)
{
    (void) state;
    struct fp_error err = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    struct fp_descriptor layer = layer_of_image();
    struct fp_repo *repo = open_repo();
    struct fp_repo *neighbour = open_named("registry.example.com/team/base");
    assert_int_equal(fp_repo_put_blob(repo, &layer, NULL, neighbour, NULL, &outcome, &err),
                     FP_E_NOT_FOUND);
    assert_string_equal(server.mount_from, "team/base");
    server.mount_from[0] = '\0';
    assert_int_equal(fp_repo_put_blob(repo, &layer, NULL, server.content, NULL, &outcome, &err),
                     FP_E_NOT_FOUND);
    assert_string_equal(server.mount_from, "");
    /* A copy tries the mount first, and then sends the bytes. */
    (void) copy_ok(neighbour, &server.root, repo, "2");
    assert_string_equal(server.mount_from, "team/base");
    assert_int_equal(server.fetched, 2);
    assert_false(fp_repo_doubts(repo, &layer.digest));
    server.doubted = layer.digest;
    assert_true(fp_repo_doubts(repo, &layer.digest));
    assert_false(fp_repo_doubts(server.content, &layer.digest));
    fp_repo_free(neighbour);
    fp_repo_free(repo);
}

static void what_a_repo_can_do_is_asked(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *repo = open_repo();
    struct fp_repo *layout = NULL;
    assert_ok(fp_repo_open_layout(in_folder("out"), FP_LAYOUT_OUTPUT, &layout, &err), &err);
    assert_true(fp_repo_is_remote(repo));
    assert_false(fp_repo_is_remote(layout));
    assert_true(fp_repo_can_mount(repo, repo));
    assert_false(fp_repo_can_mount(repo, layout));
    assert_false(fp_repo_can_mount(layout, repo));
    struct fp_repo *again = open_named("registry.example.com/team/app:2");
    struct fp_repo *other = open_named("registry.example.com/team/other:1");
    assert_true(fp_repo_is_same(repo, again));
    assert_false(fp_repo_is_same(repo, other));
    assert_false(fp_repo_is_same(repo, layout));
    assert_false(fp_repo_is_same(layout, layout));
    fp_repo_free(other);
    fp_repo_free(again);
    assert_ok(fp_repo_may_put(repo, &err), &err);
    assert_ok(fp_repo_may_put(layout, &err), &err);
    server.may_not_push = true;
    assert_int_equal(fp_repo_may_put(repo, &err), FP_E_AUTH);
    server.may_not_push = false;
    fp_repo_free(layout);
    fp_repo_free(repo);
}

static void names_are_tags(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *repo = open_repo();
    assert_ok(fp_repo_put_document(repo, &server.root, "{}", &err), &err);
    assert_string_equal(server.pushed_to, server.root.digest.text);
    assert_ok(fp_repo_name(repo, &server.root, "{}", "registry.example.com/team/app:9", &err),
              &err);
    assert_string_equal(server.pushed_to, "9");
    assert_ok(fp_repo_name(repo, &server.root, "{}", "registry.example.com/team/app", &err), &err);
    assert_string_equal(server.pushed_to, "latest");
    assert_ok(fp_repo_name(repo, &server.root, "{}", "v2", &err), &err);
    assert_string_equal(server.pushed_to, "v2");
    assert_ok(fp_repo_name(repo, &server.root, "{}", NULL, &err), &err);
    assert_string_equal(server.pushed_to, "v2");
    server.confirmed = 0;
    assert_ok(fp_repo_confirm(repo, &server.root.digest, &err), &err);
    assert_int_equal(server.confirmed, 1);
    server.refusals = 1;
    assert_true(fp_repo_wants_again(repo));
    assert_false(fp_repo_wants_again(repo));
    assert_false(fp_repo_wants_again(server.content));
    fp_repo_free(repo);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, server_setup, server_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_image_is_pulled_once),
        TEST(a_registry_that_tells_little_is_asked_for_the_manifest),
        TEST(a_kept_document_that_is_damaged_is_fetched_again),
        TEST(a_kept_blob_that_is_damaged_is_fetched_again),
        TEST(a_broken_download_is_resumed),
        TEST(wrong_bytes_are_not_continued_from),
        TEST(links_for_partial_files_make_way),
        TEST(callers_for_one_blob_wait_for_the_first),
        TEST(blobs_are_mounted_from_neighbours_only),
        TEST(what_a_repo_can_do_is_asked),
        TEST(names_are_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

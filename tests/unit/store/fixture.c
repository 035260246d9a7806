#include "fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char *folder;
static struct fp_strv paths;
static size_t counted;

int fixture_setup(void **state)
{
    (void) state;
    const char *temp = getenv("TMPDIR");
    folder = fp_xasprintf("%s/flinkpack-test-XXXXXX", temp != NULL ? temp : "/tmp");
    if (mkdtemp(folder) == NULL)
        return -1;
    return setenv("FLINKPACK_STORE", in_folder("store"), 1);
}

int fixture_teardown(void **state)
{
    (void) state;
    struct fp_error err = {0};
    enum fp_code code = fp_remove_tree(folder, &err);
    fp_strv_clear(&paths);
    free(folder);
    folder = NULL;
    return code == FP_OK ? 0 : -1;
}

const char *in_folder(const char *name)
{
    fp_strv_addf(&paths, "%s/%s", folder, name);
    return paths.items[paths.len - 1];
}

const char *put_file(const char *name, const void *data, size_t len)
{
    const char *path = in_folder(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    return path;
}

char *slurp(const char *path, size_t *ret_len)
{
    struct fp_error err = {0};
    struct fp_buf buf = FP_BUF_INIT((size_t) 64 << 20);
    assert_ok(fp_file_read(path, &buf, &err), &err);
    *ret_len = buf.len;
    return fp_buf_take(&buf);
}

static int count_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void) path;
    (void) st;
    (void) ftw;
    counted += kind == FTW_F ? 1 : 0;
    return 0;
}

size_t count_files(const char *name)
{
    counted = 0;
    assert_int_equal(nftw(in_folder(name), count_one, 8, FTW_PHYS), 0);
    return counted;
}

static void add_member(struct archive *tar, const struct member *member)
{
    struct archive_entry *entry = archive_entry_new();
    size_t len = member->len > 0 || member->text == NULL ? member->len : strlen(member->text);
    archive_entry_set_pathname(entry, member->name);
    archive_entry_set_filetype(entry, member->symlink != NULL ? AE_IFLNK : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 1700000000, 0);
    archive_entry_set_size(entry, (la_int64_t) len);
    if (member->symlink != NULL)
        archive_entry_set_symlink(entry, member->symlink);
    if (member->hardlink != NULL)
        archive_entry_set_hardlink(entry, member->hardlink);
    assert_int_equal(archive_write_header(tar, entry), ARCHIVE_OK);
    if (len > 0)
        assert_int_equal(archive_write_data(tar, member->text, len), len);
    archive_entry_free(entry);
}

static size_t total_size(const struct member *members, size_t count)
{
    size_t total = 10240;
    for (size_t i = 0; i < count; i++)
        total += 4096 + 1024 +
                 (members[i].len > 0        ? members[i].len
                  : members[i].text != NULL ? strlen(members[i].text)
                                            : 0);
    return total + 10240;
}

char *make_tar(const struct member *members, size_t count, size_t *ret_len)
{
    size_t cap = total_size(members, count);
    char *data = malloc(cap);
    struct archive *tar = archive_write_new();
    assert_int_equal(archive_write_set_format_pax_restricted(tar), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(tar, data, cap, ret_len), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++)
        add_member(tar, &members[i]);
    assert_int_equal(archive_write_close(tar), ARCHIVE_OK);
    assert_int_equal(archive_write_free(tar), ARCHIVE_OK);
    return data;
}

char *make_gzip(const char *data, size_t len, size_t *ret_len)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t cap = deflateBound(&z, len);
    char *packed = malloc(cap);
    z.next_in = (unsigned char *) (uintptr_t) data;
    z.avail_in = (unsigned) len;
    z.next_out = (unsigned char *) packed;
    z.avail_out = (unsigned) cap;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    *ret_len = z.total_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
    return packed;
}

static struct fp_descriptor add_document(struct fp_repo *parts, const char *media_type,
                                         char *take_bytes)
{
    struct fp_blob *blob = fp_blob_memory(media_type, take_bytes, strlen(take_bytes));
    struct fp_descriptor descriptor = fp_descriptor_copy(fp_blob_descriptor(blob));
    fp_parts_add_blob(parts, blob);
    fp_blob_unref(blob);
    return descriptor;
}

static struct fp_descriptor add_layer(struct fp_repo *parts, const char *text,
                                      struct fp_digest *ret_diff_id)
{
    const struct member member = {.name = text, .text = text};
    size_t tar_len = 0;
    size_t len = 0;
    char *tar = make_tar(&member, 1, &tar_len);
    char *packed = make_gzip(tar, tar_len, &len);
    *ret_diff_id = fp_digest_of(tar, tar_len);
    free(tar);
    struct fp_blob *blob = fp_blob_memory(FP_MEDIA_OCI_LAYER_GZIP, packed, len);
    struct fp_descriptor descriptor = fp_descriptor_copy(fp_blob_descriptor(blob));
    fp_parts_add_blob(parts, blob);
    fp_blob_unref(blob);
    return descriptor;
}

struct fp_descriptor make_image(struct fp_repo *parts, const char *platform,
                                const char *const *texts, size_t count)
{
    struct fp_error err = {0};
    struct fp_platform parsed = {0};
    struct fp_manifest manifest = {0};
    struct fp_config_layer layers[8] = {0};
    assert_ok(fp_platform_parse(platform, &parsed, &err), &err);
    (void) snprintf(manifest.media_type, sizeof(manifest.media_type), "%s", FP_MEDIA_OCI_MANIFEST);
    for (size_t i = 0; i < count; i++) {
        struct fp_descriptor layer = add_layer(parts, texts[i], &layers[i].diff_id);
        layers[i].created_by = "a test";
        fp_manifest_add_layer(&manifest, &layer);
    }
    struct fp_config empty = fp_config_empty(&parsed);
    const struct fp_config_change change = {
        .layers = layers, .layer_count = count, .created = "2024-01-02T03:04:05Z"};
    manifest.config = add_document(parts, FP_MEDIA_OCI_CONFIG, fp_config_bytes(&empty, &change));
    fp_config_clear(&empty);
    struct fp_descriptor descriptor =
        add_document(parts, FP_MEDIA_OCI_MANIFEST, fp_manifest_bytes(&manifest));
    descriptor.platform = parsed;
    fp_manifest_clear(&manifest);
    return descriptor;
}

struct fp_descriptor make_index(struct fp_repo *parts, const struct fp_descriptor *manifests,
                                size_t count)
{
    struct fp_index index = {0};
    (void) snprintf(index.media_type, sizeof(index.media_type), "%s", FP_MEDIA_OCI_INDEX);
    for (size_t i = 0; i < count; i++)
        fp_index_add(&index, &manifests[i]);
    struct fp_descriptor descriptor =
        add_document(parts, FP_MEDIA_OCI_INDEX, fp_index_bytes(&index));
    fp_index_clear(&index);
    return descriptor;
}

enum fp_code copy_image(struct fp_repo *from, const struct fp_descriptor *root, struct fp_repo *to,
                        const struct fp_strv *names, const struct copy_options *options,
                        struct fp_push_result *ret, struct fp_error *err)
{
    const struct fp_push_options push_options = {.names = names,
                                                 .threads = options->threads,
                                                 .one_of_several = options->one_of_several,
                                                 .reporter = options->reporter};
    cleanup_push struct fp_push *push = fp_push_new(to, &push_options);
    return fp_copy_image(from, root, options->platform, push, ret, err);
}

struct fp_push_result copy_ok(struct fp_repo *from, const struct fp_descriptor *root,
                              struct fp_repo *to, const char *name)
{
    struct fp_error err = {0};
    struct fp_push_result result = {0};
    struct fp_strv names = {0};
    const struct copy_options options = {.threads = 2};
    if (name != NULL)
        fp_strv_add(&names, name);
    assert_ok(copy_image(from, root, to, &names, &options, &result, &err), &err);
    fp_strv_clear(&names);
    assert_true(fp_digest_equal(&result.root.digest, &root->digest));
    fp_descriptor_clear(&result.root);
    return result;
}

void check_image(struct fp_repo *repo, const char *name, const struct fp_descriptor *expected)
{
    static int number;
    struct fp_error err = {0};
    struct fp_descriptor found = {0};
    char text[32];
    (void) snprintf(text, sizeof(text), "check-%d", number++);
    assert_ok(fp_repo_resolve(repo, name, &found, &err), &err);
    assert_string_equal(found.digest.text, expected->digest.text);
    assert_int_equal(found.size, expected->size);
    struct fp_repo *layout = NULL;
    assert_ok(fp_repo_open_layout(in_folder(text), FP_LAYOUT_OUTPUT, &layout, &err), &err);
    (void) copy_ok(repo, &found, layout, "check");
    fp_repo_free(layout);
    fp_descriptor_clear(&found);
}

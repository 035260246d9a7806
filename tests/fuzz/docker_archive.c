/*
 * Archives of `docker save`. The input is manifest.json, a line "---", and a configuration. They
 * are put into an archive with two layers. Each image found there can be read completely.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flinkpack/store.h"
#include "store/archive_index.h"
#include "store/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BLOCK 512

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void put_member(int fd, const char *name, const void *data, size_t len)
{
    static const char zeros[BLOCK];
    char header[BLOCK] = "";
    unsigned sum = 0;
    (void) snprintf(header, 100, "%s", name);
    (void) snprintf(header + 100, 8, "0000644");
    (void) snprintf(header + 124, 12, "%011zo", len);
    header[156] = '0';
    memcpy(header + 257, "ustar\00000", 8);
    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char) header[i];
    (void) snprintf(header + 148, 7, "%06o", sum);
    require(write(fd, header, BLOCK) == BLOCK && write(fd, data, len) == (ssize_t) len);
    size_t padding = (BLOCK - len % BLOCK) % BLOCK;
    require(write(fd, zeros, padding) == (ssize_t) padding);
}

static int make_archive(const char *manifest, size_t manifest_len, const char *config)
{
    static const char zeros[2 * BLOCK];
    int fd = memfd_create("archive", MFD_CLOEXEC);
    require(fd >= 0);
    put_member(fd, "manifest.json", manifest, manifest_len);
    put_member(fd, "config.json", config, strlen(config));
    put_member(fd, "a/layer.tar", zeros, sizeof(zeros));
    put_member(fd, "b/layer.tar", "\037\213x", 3);
    require(write(fd, zeros, sizeof(zeros)) == sizeof(zeros));
    return fd;
}

static void read_layer(struct fp_repo *repo, const struct fp_descriptor *layer)
{
    cleanup_blob struct fp_blob *blob = NULL;
    cleanup_buf struct fp_buf body = FP_BUF_INIT(65536);
    struct fp_error err = {0};
    require(fp_repo_get_blob(repo, layer, NULL, &blob, &err) == FP_OK);
    require(fp_blob_document(blob, layer, "fuzz", &body, &err) == FP_OK);
    require(body.len == layer->size);
}

static void read_image(struct fp_repo *repo, const char *name)
{
    cleanup_descriptor struct fp_descriptor descriptor = {0};
    cleanup_manifest struct fp_manifest manifest = {0};
    cleanup_config struct fp_config config = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_buf struct fp_buf config_text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    struct fp_error err = {0};
    if (fp_repo_resolve(repo, name, &descriptor, &err) != FP_OK) {
        require(err.code == FP_E_NOT_FOUND && err.text[0] != '\0');
        return;
    }
    require(fp_repo_get_document(repo, &descriptor, &text, &err) == FP_OK);
    require(fp_manifest_parse(fp_buf_text(&text), text.len, NULL, "fuzz", &manifest, &err) ==
            FP_OK);
    require(fp_repo_get_document(repo, &manifest.config, &config_text, &err) == FP_OK);
    require(fp_config_parse(fp_buf_text(&config_text), config_text.len, manifest.layer_count,
                            "fuzz", &config, &err) == FP_OK);
    for (size_t i = 0; i < manifest.layer_count; i++)
        read_layer(repo, &manifest.layers[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separator[] = "\n---\n";
    struct fp_error err = {0};
    cleanup_repo struct fp_repo *repo = NULL;
    cleanup_free char *text = fp_xstrndup((const char *) data, size < 65536 ? size : 65536);
    char *cut = strstr(text, separator);
    size_t len = cut != NULL ? (size_t) (cut - text) : strlen(text);
    cleanup_fd int fd = make_archive(text, len, cut != NULL ? cut + strlen(separator) : "{}");
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fd);
    enum fp_code code = fp_repo_open_archive(path, FP_ARCHIVE_DOCKER, "/tmp", &repo, &err);
    if (code != FP_OK) {
        require((code == FP_E_INPUT || code == FP_E_VERIFY) && err.text[0] != '\0');
        return 0;
    }
    read_image(repo, NULL);
    read_image(repo, "flink");
    read_image(repo, "registry.example.com/a:1");
    return 0;
}

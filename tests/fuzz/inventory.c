/*
 * Inventories: any bytes as a jar, as a database of packages and as a layer's tar give JSON that
 * is valid as an inventory, or one clear error.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sbom/components.h"
#include "sbom/inventory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_jar(const uint8_t *data, size_t size)
{
    cleanup_fd int fd = memfd_create("jar", MFD_CLOEXEC);
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fd);
    cleanup_json json_t *jar = NULL;
    struct fp_error err = {0};
    if (fd < 0 || write(fd, data, size) != (ssize_t) size)
        abort();
    struct fp_jars_read so_far = {0};
    enum fp_code code = fp_jar_inventory(path, "/tmp", &so_far, &jar, &err);
    if (code != FP_OK || !json_is_array(json_object_get(jar, "artifacts")))
        abort();
}

static void read_packages(const char *text)
{
    struct fp_contents contents = {.packages = fp_packages_of_apk(text)};
    cleanup_json json_t *debian = fp_packages_of_dpkg(text);
    cleanup_json json_t *components = json_array();
    cleanup_json json_t *roots = json_array();
    (void) json_array_extend(contents.packages, debian);
    fp_sbom_add_packages(&contents, components, roots);
    if (json_array_size(components) != json_array_size(contents.packages))
        abort();
    fp_contents_clear(&contents);
}

static void read_layer(const uint8_t *data, size_t size)
{
    char *copy = fp_xmalloc(size + 1);
    if (size > 0)
        memcpy(copy, data, size);
    cleanup_blob struct fp_blob *blob =
        fp_blob_memory("application/vnd.oci.image.layer.v1.tar", copy, size);
    const struct fp_digest diff_id = fp_blob_descriptor(blob)->digest;
    cleanup_json json_t *inventory = NULL;
    struct fp_error err = {0};
    enum fp_code code =
        fp_inventory_read(blob, &diff_id, "/tmp", (uint64_t) 1 << 20, &inventory, &err);
    if (code == FP_OK ? !fp_inventory_is_valid(inventory) : err.text[0] == '\0')
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size < 65536 ? size : 65536);
    read_jar(data, size);
    read_packages(text);
    read_layer(data, size);
    return 0;
}

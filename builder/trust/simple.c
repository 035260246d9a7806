/* The payload that cosign and containers/image sign ("simple signing"). */
#include "form.h"

#include <string.h>

#define TYPE "cosign container image signature"

char *fp_simple_payload(const struct fp_digest *image, const char *identity)
{
    json_t *critical = json_object();
    cleanup_json json_t *payload = json_object();
    json_t *about = json_object();
    json_t *named = json_object();
    fp_json_set_text(named, "docker-reference", identity);
    fp_json_set_text(about, "docker-manifest-digest", image->text);
    fp_json_set(critical, "identity", named);
    fp_json_set(critical, "image", about);
    fp_json_set_text(critical, "type", TYPE);
    fp_json_set(payload, "critical", critical);
    fp_json_set(payload, "optional", json_null());
    return fp_json_canonical(payload);
}

enum fp_code fp_simple_parse(const char *text, size_t len, struct fp_digest *ret,
                             struct fp_error *err)
{
    static const char name[] = "payload";
    cleanup_json json_t *document = NULL;
    const char *digest = NULL;
    FP_TRY(fp_json_parse(text, len, name, &document, err));
    const json_t *critical = json_object_get(document, "critical");
    const char *type = fp_json_string(critical, "type");
    if (type == NULL || strcmp(type, TYPE) != 0)
        return fp_fail(err, FP_E_INPUT, "%s: not of an image", name);
    FP_TRY(fp_json_need_string(json_object_get(critical, "image"), "docker-manifest-digest", name,
                               &digest, err));
    return fp_digest_parse(digest, name, ret, err);
}

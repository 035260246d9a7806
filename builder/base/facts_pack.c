/* The facts of a base in an entry of the catalogue: deflated, and with the layers that they are of.
 */
#include "internal.h"

#include <string.h>

/* Facts are text that deflates to a tenth. The limits allow for 100 000 files. */
#define UNPACKED_MAX_BYTES ((size_t) 8 << 20)

static const struct fp_compression packing = {.codec = FP_CODEC_GZIP, .level = FP_GZIP_LEVEL_MAX};

static json_t *list_diff_ids(const struct fp_config *config)
{
    json_t *list = json_array();
    for (size_t i = 0; i < config->diff_id_count; i++)
        fp_json_append(list, json_string(config->diff_ids[i].text));
    return list;
}

char *fp_base_facts_pack(const struct fp_base_facts *facts, const struct fp_config *config)
{
    struct fp_error ignored; /* the only failure of a sink in memory is that it is full */
    json_t *json = fp_base_facts_json(facts);
    cleanup_json json_t *both =
        json_pack("{s:o, s:o*}", "diffIds", list_diff_ids(config), "facts", json);
    cleanup_free char *text = json != NULL ? fp_json_canonical(both) : NULL;
    if (text == NULL || strlen(text) > UNPACKED_MAX_BYTES)
        return NULL;
    cleanup_buf struct fp_buf packed = FP_BUF_INIT(FP_BASE_PACKED_MAX_BYTES);
    cleanup_sink struct fp_sink *sink = fp_sink_compressed(fp_sink_buf(&packed), &packing, 1);
    if (fp_sink_write(sink, text, strlen(text), &ignored) != FP_OK ||
        fp_sink_finish(sink, &ignored) != FP_OK)
        return NULL;
    return fp_base64_encode(fp_buf_text(&packed), packed.len);
}

static enum fp_code unpack(const char *packed, const char *title, json_t **ret,
                           struct fp_error *err)
{
    size_t len = 0;
    cleanup_buf struct fp_buf text = FP_BUF_INIT(UNPACKED_MAX_BYTES);
    cleanup_free unsigned char *bytes = fp_base64_decode(packed, &len);
    if (bytes == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: not base64", title);
    cleanup_source struct fp_source *source =
        fp_source_inflate(fp_source_memory(bytes, len), title, UNPACKED_MAX_BYTES, NULL);
    FP_TRY(fp_context(fp_source_read_all(source, &text, err), err, "%s", title));
    return fp_json_parse(fp_buf_text(&text), text.len, title, ret, err);
}

enum fp_code fp_base_entry_facts(const struct fp_base_entry *entry, const char *platform,
                                 const struct fp_config *config, const json_t *env,
                                 struct fp_base_facts *ret, bool *ret_found, struct fp_error *err)
{
    const char *packed = fp_json_string(entry->facts, platform);
    cleanup_json json_t *both = NULL;
    *ret_found = false;
    if (packed == NULL)
        return FP_OK;
    cleanup_free char *title = fp_xasprintf("%s: facts['%s']", entry->name, platform);
    cleanup_json json_t *diff_ids = list_diff_ids(config);
    FP_TRY(unpack(packed, title, &both, err));
    if (!json_equal(json_object_get(both, "diffIds"), diff_ids))
        return FP_OK;
    FP_TRY(fp_base_facts_parse(json_object_get(both, "facts"), title, ret, err));
    /* They were pinned with the variables of the base alone. */
    if (!ret->is_outline)
        fp_base_facts_adapt(ret, config, env);
    *ret_found = !ret->is_outline;
    if (ret->is_outline)
        fp_base_facts_clear(ret);
    return FP_OK;
}

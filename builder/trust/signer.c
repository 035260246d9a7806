/* Lets a program of the user's sign: it gets the image's descriptor, and answers with descriptors
 * that have their content in them ("data", image-spec 1.1, descriptor.md), or with bundles. */
#include <string.h>

#include "form.h"
#include "piece.h"

/* Somebody may have to press a button, or to log in. */
#define TIMEOUT_MS (5 * 60 * 1000)
#define MAX_OUTPUT ((size_t) 16 << 20)
#define MAX_PIECES 64

static char *make_input(const struct fp_trust_image *image)
{
    struct fp_descriptor bare = *image->root;
    bare.annotations = bare.stated_platform = bare.artifact_type = NULL;
    bare.platform = (struct fp_platform){0};
    cleanup_json json_t *input = fp_descriptor_json(&bare);
    fp_json_set_text(input, "repository", image->identity);
    return fp_json_canonical(input);
}

static enum fp_code fail_other(const char *subject, struct fp_error *err)
{
    return fp_fail(err, FP_E_VERIFY, "it signed another image (%.200s)", subject);
}

/* What is signed has to be this image: a cache in the program may be stale. */
static enum fp_code check_simple(const char *text, size_t len, const struct fp_digest *image,
                                 struct fp_error *err)
{
    struct fp_digest found = {0};
    FP_TRY(fp_simple_parse(text, len, &found, err));
    return fp_digest_equal(&found, image) ? FP_OK : fail_other(found.text, err);
}

static enum fp_code check_statement(const struct fp_signed *statement,
                                    const struct fp_digest *image, struct fp_error *err)
{
    if (fp_strv_has(&statement->subjects, image->text))
        return FP_OK;
    return fail_other(statement->subjects.len > 0 ? statement->subjects.items[0] : "none", err);
}

static json_t *annotations_of(const json_t *item)
{
    json_t *annotations = json_object_get(item, "annotations");
    return json_is_object(annotations) ? json_deep_copy(annotations) : json_object();
}

/* Say in the annotations of a bundle what it holds, unless the program did. */
static void describe(json_t *annotations, const struct fp_signed *bundle)
{
    if (fp_json_string(annotations, FP_ANNOTATION_CONTENT) == NULL)
        fp_json_set_text(annotations, FP_ANNOTATION_CONTENT, "dsse-envelope");
    if (fp_json_string(annotations, FP_ANNOTATION_BUNDLE_TYPE) == NULL)
        fp_json_set_text(annotations, FP_ANNOTATION_BUNDLE_TYPE, bundle->predicate_type);
}

static bool is_bundle_type(const char *type)
{
    return strncmp(type, FP_MEDIA_BUNDLE_PREFIX, strlen(FP_MEDIA_BUNDLE_PREFIX)) == 0;
}

/* Check the content that the forms of this room have; others may be anything. */
static enum fp_code check_content(const char *type, const char *text, size_t len,
                                  const struct fp_digest *image, json_t *annotations,
                                  enum fp_piece_form *ret_form, struct fp_error *err)
{
    cleanup_signed struct fp_signed statement = {0};
    *ret_form = FP_PIECE_REFERRER;
    if (strcmp(type, FP_MEDIA_SIMPLE_SIGNING) == 0) {
        const char *signature = fp_json_string(annotations, FP_ANNOTATION_SIGNATURE);
        *ret_form = FP_PIECE_SIG;
        if (signature == NULL || *signature == '\0')
            return fp_fail(err, FP_E_INPUT,
                           "a signature without the annotation " //
                           FP_ANNOTATION_SIGNATURE);
        return check_simple(text, len, image, err);
    }
    if (strcmp(type, FP_MEDIA_DSSE) == 0) {
        *ret_form = FP_PIECE_ATT;
        FP_TRY(fp_envelope_parse(text, len, &statement, err));
        fp_json_set_text(annotations, FP_ANNOTATION_SIGNATURE, "");
        fp_json_set_text(annotations, FP_ANNOTATION_PREDICATE, statement.predicate_type);
        return check_statement(&statement, image, err);
    }
    if (!is_bundle_type(type))
        return FP_OK;
    FP_TRY(fp_bundle_parse(text, len, &statement, err));
    describe(annotations, &statement);
    return check_statement(&statement, image, err);
}

static enum fp_code add_content(const char *type, char *take_text, size_t len,
                                const struct fp_digest *image, json_t *take_annotations,
                                struct fp_pieces *ret, struct fp_error *err)
{
    cleanup_free char *text = take_text;
    cleanup_json json_t *annotations = take_annotations;
    enum fp_piece_form form = FP_PIECE_REFERRER;
    if (strlen(type) >= FP_MEDIA_TYPE_MAX || strchr(type, '/') == NULL)
        return fp_fail(err, FP_E_INPUT, "'%.100s' is no media type", type);
    FP_TRY(check_content(type, text, len, image, annotations, &form, err));
    fp_pieces_add(ret, form, type, steal_pointer(&text), len, steal_pointer(&annotations));
    return FP_OK;
}

static enum fp_code add_item(const json_t *item, const struct fp_digest *image,
                             struct fp_pieces *ret, struct fp_error *err)
{
    const char *type = NULL;
    const char *data = NULL;
    size_t len = 0;
    FP_TRY(fp_json_need_string(item, "mediaType", "an attachment", &type, err));
    if (is_bundle_type(type) && json_object_get(item, "verificationMaterial") != NULL) {
        char *text = fp_json_canonical(item);
        return add_content(FP_MEDIA_BUNDLE, text, strlen(text), image, json_object(), ret, err);
    }
    FP_TRY(fp_json_need_string(item, "data", "an attachment", &data, err));
    char *bytes = (char *) fp_base64_decode(data, &len);
    if (bytes == NULL)
        return fp_fail(err, FP_E_INPUT, "an attachment: 'data' is not base64");
    FP_TRY(add_content(type, bytes, len, image, annotations_of(item), ret, err));
    const char *artifact = fp_json_string(item, "artifactType");
    if (artifact != NULL && strlen(artifact) < FP_MEDIA_TYPE_MAX) {
        free(ret->items[ret->len - 1].artifact_type);
        ret->items[ret->len - 1].artifact_type = fp_xstrdup(artifact);
    }
    return FP_OK;
}

enum fp_code fp_signer_parse(const char *text, size_t len, const struct fp_digest *image,
                             struct fp_pieces *ret, struct fp_error *err)
{
    cleanup_json json_t *answer = NULL;
    size_t i = 0;
    json_t *item = NULL;
    FP_TRY(fp_json_parse(text, len, "its answer", &answer, err));
    if (json_is_object(answer))
        return add_item(answer, image, ret, err);
    if (!json_is_array(answer) || json_array_size(answer) == 0 ||
        json_array_size(answer) > MAX_PIECES)
        return fp_fail(err, FP_E_INPUT,
                       "its answer is neither an attachment nor an array of 1 to %d", MAX_PIECES);
    json_array_foreach(answer, i, item)
    {
        FP_TRY(add_item(item, image, ret, err));
    }
    return FP_OK;
}

static enum fp_code run(const struct fp_trust_image *image, const char *signer,
                        struct fp_buf *output, struct fp_error *err)
{
    const char *const argv[] = {signer, NULL};
    cleanup_free char *input = make_input(image);
    int status = 0;
    FP_TRY(fp_process_run(argv, input, strlen(input), TIMEOUT_MS, output, &status, err));
    if (status != 0)
        return fp_hinted(fp_fail(err, FP_E_INPUT, "it ended with status %d", status), err,
                         "what it says on standard error is not shown: try it by hand, with the "
                         "descriptor on its standard input");
    return FP_OK;
}

enum fp_code fp_pieces_of_signer(const struct fp_trust_image *image, const char *signer,
                                 struct fp_pieces *ret, struct fp_error *err)
{
    cleanup_buf struct fp_buf output = FP_BUF_INIT(MAX_OUTPUT);
    enum fp_code code = run(image, signer, &output, err);
    if (code == FP_OK)
        code = fp_signer_parse(fp_buf_text(&output), output.len, &image->root->digest, ret, err);
    return fp_context(code, err, "--signer %s", signer);
}

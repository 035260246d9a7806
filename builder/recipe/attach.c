/* Attaching what is said of an image to where it was written: signatures, bills of materials,
 * provenance. */
#include "attach.h"

#include <stdlib.h>
#include <string.h>

/* What is said of one subject. */
struct said {
    struct fp_attestation *items;
    size_t count;
};

static struct said said_of(const json_t *statements, const struct fp_digest *subject)
{
    size_t total = json_array_size(statements);
    struct said said = {.items = fp_xcalloc(total + 1, sizeof(*said.items))};
    for (size_t i = 0; i < total; i++) {
        const json_t *statement = json_array_get(statements, i);
        const char *about = fp_json_string(statement, "subject");
        if (about == NULL || strcmp(about, subject->text) != 0)
            continue;
        said.items[said.count++] =
            (struct fp_attestation){.predicate_type = fp_json_string(statement, "type"),
                                    .media_type = fp_json_string(statement, "mediaType"),
                                    .predicate = json_object_get(statement, "document")};
    }
    return said;
}

static enum fp_code attach_to(const struct fp_attach *attach, const struct fp_descriptor *subject,
                              bool is_root, struct fp_error *err)
{
    const struct fp_build_context *context = attach->plan->context;
    struct fp_trust_work work = {0};
    if (context->signing != NULL)
        work = *context->signing;
    if (!is_root) {
        work.signs_image = false;
        work.signer = NULL;
    }
    struct said said = said_of(attach->statements, &subject->digest);
    work.attestations = said.items;
    work.attestation_count = said.count;
    enum fp_code code = FP_OK;
    if (said.count > 0 || work.signs_image || work.signer != NULL)
        code = fp_trust_attach_at(attach->location, attach->repo, subject, &work, context->reporter,
                                  err);
    free(said.items);
    return code;
}

enum fp_code fp_attach_said(const struct fp_attach *attach, const struct fp_descriptor *root,
                            struct fp_error *err)
{
    FP_TRY(attach_to(attach, root, true, err));
    for (size_t i = 0; attach->images != NULL && i < attach->plan->platform_count; i++) {
        const struct fp_descriptor *image = fp_blob_descriptor(attach->images[i].manifest);
        if (!fp_digest_equal(&image->digest, &root->digest))
            FP_TRY(attach_to(attach, image, false, err));
    }
    return FP_OK;
}

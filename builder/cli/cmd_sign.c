/* sign attaches signatures to an image where it lies, and verify checks them. */
#include <string.h>

#include "signing.h"

/* Signatures are written where the image is, and read there, not from a mirror. A layout that is
 * only read may be anybody's. */
static enum fp_code open_place(const struct fp_session *session, const char *text, bool is_read,
                               struct fp_found *ret, struct fp_error *err)
{
    const struct fp_location *at = &ret->location;
    FP_TRY(fp_location_parse(text, &ret->location, err));
    if (at->kind != FP_AT_REGISTRY && at->kind != FP_AT_LAYOUT)
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "'%s' is neither in a registry nor in a layout", text), err,
            "%s",
            is_read ? "name it as REGISTRY/REPOSITORY:TAG or oci:DIR[:TAG]"
                    : "images of the local store are signed when they are pushed: flinkpack "
                      "push IMAGE --sign-key FILE");
    if (at->kind == FP_AT_REGISTRY && session->context.offline)
        return fp_fail(err, FP_E_USAGE, "--offline: %s is in a registry", text);
    if (at->kind == FP_AT_LAYOUT && !fp_layout_is_there(at->path))
        return fp_fail(err, FP_E_NOT_FOUND, "%s: not an OCI layout: no file oci-layout in it",
                       at->path);
    FP_TRY(is_read && at->kind == FP_AT_LAYOUT
               ? fp_repo_open_layout(at->path, FP_LAYOUT_READ, &ret->repo, err)
               : fp_location_create(at, &session->context.places, &ret->repo, err));
    ret->title = at->kind == FP_AT_REGISTRY ? fp_reference_name(&at->reference) : fp_xstrdup(text);
    return fp_repo_resolve(ret->repo, fp_location_image(at), &ret->root, err);
}

enum fp_code fp_run_sign(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_signing struct fp_signing signing = {0};
    cleanup_found struct fp_found image = {0};
    if (run->args.sign_key == NULL && run->args.signer == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "sign: expected --sign-key or --signer"), err,
                         "flinkpack sign %s --sign-key FILE", run->operands.items[0]);
    FP_TRY(fp_session_open(run, &session, err));
    FP_TRY(fp_signing_open(run, &signing, err));
    FP_TRY(open_place(&session, run->operands.items[0], false, &image, err));
    FP_TRY(fp_signing_sign(&signing, &session, &image.location, image.repo, &image.root, err));
    fp_run_result(run, image.title, &image.root.digest);
    return FP_OK;
}

/* The keys of --key. */
struct verify_keys {
    struct fp_key **items;
    size_t len;
};

static void clear_keys(struct verify_keys *keys)
{
    for (size_t i = 0; i < keys->len; i++)
        fp_key_free(keys->items[i]);
    free(keys->items);
}

static enum fp_code read_keys(const struct fp_strv *paths, struct verify_keys *ret,
                              struct fp_error *err)
{
    ret->items = fp_xcalloc(paths->len + 1, sizeof(struct fp_key *));
    for (; ret->len < paths->len; ret->len++)
        FP_TRY(fp_context(fp_key_read_public(paths->items[ret->len], &ret->items[ret->len], err),
                          err, "--key"));
    return FP_OK;
}

/* What verifies is told, and so is what pretends to be of a key; signatures by others are their
 * own business. */
static void tell(const struct fp_run *run, const struct fp_trust_findings *findings)
{
    for (size_t i = 0; i < findings->len; i++) {
        const struct fp_trust_finding *finding = &findings->items[i];
        bool is_false =
            finding->verdict == FP_VERDICT_FORGED || finding->verdict == FP_VERDICT_OTHER_IMAGE;
        cleanup_free char *text = fp_trust_finding_text(finding);
        fp_report(run->reporter,
                  is_false                                  ? FP_EVENT_WARNING
                  : finding->verdict == FP_VERDICT_VERIFIED ? FP_EVENT_INFO
                                                            : FP_EVENT_DEBUG,
                  "%s", text);
    }
}

/* The predicate types of --attestation. */
static const struct attested {
    const char *word;
    const char *type;
    bool is_of_platform; /* it is about the image of each platform */
} KINDS[] = {{"provenance", "https://slsa.dev/provenance/v1", false},
             {"cyclonedx", "https://cyclonedx.org/bom", true},
             {"spdx", "https://spdx.dev/Document", true}};

static enum fp_code find_attested(const char *word, const struct attested **ret,
                                  struct fp_error *err)
{
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        *ret = &KINDS[i];
        if (strcmp(KINDS[i].word, word) == 0)
            return FP_OK;
    }
    return fp_fail(err, FP_E_USAGE, "--attestation '%s': provenance, cyclonedx or spdx", word);
}

static enum fp_code need_attestation(const struct fp_trust_findings *findings, const char *title,
                                     const struct fp_digest *image, const struct attested *kind,
                                     struct fp_error *err)
{
    for (size_t i = 0; i < findings->len; i++) {
        const struct fp_trust_finding *finding = &findings->items[i];
        if (finding->verdict == FP_VERDICT_VERIFIED && finding->predicate_type != NULL &&
            strcmp(finding->predicate_type, kind->type) == 0)
            return FP_OK;
    }
    return fp_fail(err, FP_E_VERIFY, "%s@%s: no %s that one of the keys has signed", title,
                   image->text, kind->word);
}

/* A run of verify. */
struct verifying {
    const struct fp_run *run;
    const struct fp_found *found;
    const struct verify_keys *keys;
    const struct fp_trust_findings *findings; /* of the root */
};

/* Hold each image of an index to an attestation; a single image is the root. */
static enum fp_code need_of_platforms(const struct verifying *self, const struct attested *kind,
                                      struct fp_error *err)
{
    const struct fp_found *found = self->found;
    cleanup_images struct fp_images images = {0};
    cleanup_image struct fp_image image = {0};
    FP_TRY(fp_images_open(found->repo, &found->root, found->title, &images, err));
    for (bool more = true;;) {
        cleanup_trust_findings struct fp_trust_findings findings = {0};
        FP_TRY(fp_images_next(&images, NULL, &image, &more, err));
        if (!more)
            return FP_OK;
        const struct fp_trust_image it = {
            .repo = found->repo, .root = &image.descriptor, .reporter = self->run->reporter};
        FP_TRY(fp_trust_judge(&it, self->keys->items, self->keys->len, &findings, err));
        FP_TRY(need_attestation(&findings, found->title, &image.descriptor.digest, kind, err));
    }
}

static enum fp_code need_attestations(const struct verifying *self, struct fp_error *err)
{
    const struct fp_strv *words = &self->run->args.attestations;
    for (size_t i = 0; i < words->len; i++) {
        const struct attested *kind = NULL;
        FP_TRY(find_attested(words->items[i], &kind, err));
        FP_TRY(kind->is_of_platform ? need_of_platforms(self, kind, err)
                                    : need_attestation(self->findings, self->found->title,
                                                       &self->found->root.digest, kind, err));
    }
    return FP_OK;
}

/* Hold the image to what no key says of it. */
static enum fp_code prove(const struct fp_run *run, const struct fp_session *session,
                          const struct fp_found *found, struct fp_error *err)
{
    const struct fp_prove_options options = {.flink = run->args.prove_flink,
                                             .flink_checksum = run->args.build.flink_checksum,
                                             .lock_file = run->args.build.lock_file};
    return fp_prove_run(found->repo, &found->root, found->title, &options, &session->context, err);
}

enum fp_code fp_run_verify(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_found struct fp_found found = {0};
    cleanup_trust_findings struct fp_trust_findings findings = {0};
    __attribute__((cleanup(clear_keys))) struct verify_keys keys = {0};
    if (run->args.verify_keys.len == 0)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "verify: expected --key FILE"), err,
                         "flinkpack verify %s --key cosign.pub", run->operands.items[0]);
    const struct attested *kind = NULL;
    for (size_t i = 0; i < run->args.attestations.len; i++)
        FP_TRY(find_attested(run->args.attestations.items[i], &kind, err));
    FP_TRY(read_keys(&run->args.verify_keys, &keys, err));
    FP_TRY(fp_session_open_build(run, &session, err));
    FP_TRY(open_place(&session, run->operands.items[0], true, &found, err));
    const struct fp_trust_image image = {
        .repo = found.repo, .root = &found.root, .reporter = run->reporter};
    FP_TRY(fp_trust_judge(&image, keys.items, keys.len, &findings, err));
    FP_TRY(fp_trust_findings_check(&findings, found.title, &found.root.digest, err));
    tell(run, &findings);
    const struct verifying verifying = {run, &found, &keys, &findings};
    FP_TRY(need_attestations(&verifying, err));
    FP_TRY(prove(run, &session, &found, err));
    fp_run_result(run, found.title, &found.root.digest);
    return FP_OK;
}

/* Judges what is attached to an image by public keys. */
#include "flinkpack/trust/verify.h"

#include <string.h>

#include "bundle.h"
#include "tag.h"

/* The most layers of one tag that are read, and the largest one. */
#define MAX_LAYERS      64
#define MAX_LAYER_BYTES ((size_t) 4 << 20)

struct trust_judging {
    const struct fp_trust_image *image;
    struct fp_key *const *keys;
    size_t key_count;
    struct fp_trust_findings *findings;
};

static struct fp_trust_finding *add(const struct trust_judging *self, char *take_where)
{
    struct fp_trust_findings *all = self->findings;
    all->items = fp_xreallocarray(all->items, all->len + 1, sizeof(*all->items));
    all->items[all->len] =
        (struct fp_trust_finding){.verdict = FP_VERDICT_UNREADABLE, .where = take_where};
    return &all->items[all->len++];
}

/* What a key has made is of this image or of another one. */
static void judge_subject(struct fp_trust_finding *finding, const struct fp_key *key, bool is_this,
                          const char *other)
{
    finding->key = key;
    finding->verdict = is_this ? FP_VERDICT_VERIFIED : FP_VERDICT_OTHER_IMAGE;
    if (!is_this)
        finding->detail = fp_xstrdup(other);
}

static void judge_simple(const struct trust_judging *self, const struct fp_buf *payload,
                         const char *signature, struct fp_trust_finding *finding)
{
    struct fp_digest digest = {0};
    struct fp_error problem = {0};
    finding->verdict = FP_VERDICT_OTHER_KEY;
    for (size_t i = 0; i < self->key_count; i++) {
        const struct fp_key *key = self->keys[i];
        if (!fp_key_verifies(key, fp_buf_text(payload), payload->len, signature))
            continue;
        if (fp_simple_parse(fp_buf_text(payload), payload->len, &digest, &problem) == FP_OK) {
            judge_subject(finding, key, fp_digest_equal(&digest, &self->image->root->digest),
                          digest.text);
            return;
        }
        finding->verdict = FP_VERDICT_UNREADABLE;
        finding->detail = fp_xstrdup(problem.text);
        return;
    }
}

static bool names_key(const struct trust_judging *self, const char *hint)
{
    for (size_t i = 0; hint != NULL && i < self->key_count; i++)
        if (strcmp(fp_key_hint(self->keys[i]), hint) == 0)
            return true;
    return false;
}

static void judge_statement(const struct trust_judging *self, const struct fp_signed *statement,
                            struct fp_trust_finding *finding)
{
    const struct fp_strv *subjects = &statement->subjects;
    const char *digest = self->image->root->digest.text;
    if (strcmp(statement->predicate_type, FP_PREDICATE_SIGN) != 0)
        finding->predicate_type = fp_xstrdup(statement->predicate_type);
    for (size_t i = 0; i < self->key_count; i++) {
        if (!fp_signed_verifies(statement, self->keys[i]))
            continue;
        judge_subject(finding, self->keys[i], fp_strv_has(subjects, digest),
                      subjects->len > 0 ? subjects->items[0] : "none");
        return;
    }
    finding->verdict = statement->has_certificate         ? FP_VERDICT_CERTIFICATE
                       : names_key(self, statement->hint) ? FP_VERDICT_FORGED
                                                          : FP_VERDICT_OTHER_KEY;
}

static bool judge_bundle(void *context, const struct fp_descriptor *referrer,
                         const struct fp_signed *bundle, enum fp_code code,
                         const struct fp_error *problem)
{
    const struct trust_judging *self = context;
    struct fp_trust_finding *finding = add(self, fp_xasprintf("bundle %s", referrer->digest.text));
    if (code == FP_OK)
        judge_statement(self, bundle, finding);
    else
        finding->detail = fp_xstrdup(problem->text);
    return true;
}

static void judge_envelope(const struct trust_judging *self, const struct fp_buf *text,
                           struct fp_trust_finding *finding)
{
    cleanup_signed struct fp_signed statement = {0};
    struct fp_error problem = {0};
    if (fp_envelope_parse(fp_buf_text(text), text->len, &statement, &problem) == FP_OK)
        judge_statement(self, &statement, finding);
    else
        finding->detail = fp_xstrdup(problem.text);
}

static bool is_lost(enum fp_code code)
{
    return code == FP_E_INPUT || code == FP_E_VERIFY || code == FP_E_NOT_FOUND;
}

static enum fp_code judge_layer(const struct trust_judging *self, const struct fp_descriptor *layer,
                                enum fp_piece_form form, const char *tag, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(MAX_LAYER_BYTES);
    struct fp_error problem = {0};
    const char *signature = fp_json_string(layer->annotations, FP_ANNOTATION_SIGNATURE);
    const char *expected = form == FP_PIECE_SIG ? FP_MEDIA_SIMPLE_SIGNING : FP_MEDIA_DSSE;
    struct fp_trust_finding *finding = add(self, fp_xstrdup(tag));
    if (strcmp(layer->media_type, expected) != 0) {
        finding->detail = fp_xasprintf("a layer of the type %s", layer->media_type);
        return FP_OK;
    }
    enum fp_code code = fp_repo_get_document(self->image->repo, layer, &text, &problem);
    if (is_lost(code))
        finding->detail = fp_xstrdup(problem.text);
    else if (code != FP_OK)
        return fp_fail_as(err, &problem);
    else if (form == FP_PIECE_ATT)
        judge_envelope(self, &text, finding);
    else
        judge_simple(self, &text, signature != NULL ? signature : "", finding);
    return FP_OK;
}

static enum fp_code judge_tag(const struct trust_judging *self, enum fp_piece_form form,
                              struct fp_error *err)
{
    struct fp_repo *repo = self->image->repo;
    cleanup_free char *tag = fp_referrers_tag(&self->image->root->digest, fp_tag_suffix(form));
    cleanup_descriptor struct fp_descriptor root = {0};
    cleanup_manifest struct fp_manifest manifest = {0};
    enum fp_code code = fp_repo_resolve(repo, tag, &root, err);
    if (code == FP_E_NOT_FOUND)
        return FP_OK;
    FP_TRY(code);
    code = fp_image_manifest(repo, &root, repo->title, &manifest, err);
    if (is_lost(code)) {
        add(self, fp_xstrdup(tag))->detail = fp_xstrdup(err != NULL ? err->text : "damaged");
        return FP_OK;
    }
    FP_TRY(code);
    /* The newest are the last. */
    for (size_t i = manifest.layer_count, n = 0; i > 0 && n < MAX_LAYERS; i--, n++)
        FP_TRY(judge_layer(self, &manifest.layers[i - 1], form, tag, err));
    return FP_OK;
}

enum fp_code fp_trust_judge(const struct fp_trust_image *image, struct fp_key *const *keys,
                            size_t key_count, struct fp_trust_findings *ret, struct fp_error *err)
{
    struct trust_judging self = {
        .image = image, .keys = keys, .key_count = key_count, .findings = ret};
    struct fp_error own = {0};
    err = err != NULL ? err : &own;
    FP_TRY(judge_tag(&self, FP_PIECE_SIG, err));
    FP_TRY(judge_tag(&self, FP_PIECE_ATT, err));
    return fp_bundles_read(image, judge_bundle, &self, err);
}

char *fp_trust_finding_text(const struct fp_trust_finding *finding)
{
    static const char *const words[] = {
        [FP_VERDICT_VERIFIED] = "signed by",
        [FP_VERDICT_OTHER_KEY] = "signed by another key, or changed",
        [FP_VERDICT_FORGED] = "forged: it names the key, which did not make it",
        [FP_VERDICT_OTHER_IMAGE] = "replayed: it is of another image",
        [FP_VERDICT_CERTIFICATE] = "signed with a certificate, which no --key verifies",
        [FP_VERDICT_UNREADABLE] = "no signature that can be read"};
    const char *more = finding->verdict == FP_VERDICT_VERIFIED ? fp_key_name(finding->key)
                       : finding->detail != NULL               ? finding->detail
                                                               : "";
    const char *type = finding->predicate_type;
    return fp_xasprintf("%s%s%s%s: %s%s%.300s", finding->where, type != NULL ? " (" : "",
                        type != NULL ? type : "", type != NULL ? ")" : "", words[finding->verdict],
                        *more == '\0'                             ? ""
                        : finding->verdict == FP_VERDICT_VERIFIED ? " "
                                                                  : ": ",
                        more);
}

enum fp_code fp_trust_findings_check(const struct fp_trust_findings *findings, const char *title,
                                     const struct fp_digest *image, struct fp_error *err)
{
    cleanup_strv struct fp_strv reasons = {0};
    for (size_t i = 0; i < findings->len; i++) {
        const struct fp_trust_finding *finding = &findings->items[i];
        if (finding->predicate_type != NULL)
            continue;
        if (finding->verdict == FP_VERDICT_VERIFIED)
            return FP_OK;
        cleanup_free char *text = fp_trust_finding_text(finding);
        if (!fp_strv_has(&reasons, text))
            fp_strv_add(&reasons, text);
    }
    if (reasons.len == 0)
        return fp_fail(err, FP_E_VERIFY, "%s@%s: not signed", title, image->text);
    cleanup_free char *list = fp_strv_join(&reasons, "; ", 1500);
    return fp_fail(err, FP_E_VERIFY, "%s@%s: no valid signature: %s", title, image->text, list);
}

void fp_trust_findings_clear(struct fp_trust_findings *findings)
{
    for (size_t i = 0; i < findings->len; i++) {
        free(findings->items[i].where);
        free(findings->items[i].predicate_type);
        free(findings->items[i].detail);
    }
    free(findings->items);
    *findings = (struct fp_trust_findings){0};
}

/* Attaches what signs an image, all forms side by side. */
#include "flinkpack/trust/attach.h"

#include <string.h>

#include "bundle.h"
#include "tag.h"

struct attaching {
    const struct fp_trust_image *image;
    const struct fp_trust_work *work;
    struct fp_pieces pieces;
    struct fp_group *group;
    struct fp_tag_change sig;
    struct fp_tag_change att;
    bool may_be_signed; /* the tag has the signature already, so that a bundle may have it too */
    bool is_found;      /* the bundle of the signature, which is then left out */
    unsigned bundles;   /* that were attached */
};

static bool has_form(const struct attaching *self, enum fp_piece_form form)
{
    for (size_t i = 0; i < self->pieces.len; i++)
        if (self->pieces.items[i].form == form)
            return true;
    return false;
}

/* A search for a bundle that the key has made of the image already. */
struct bundle_search {
    const struct attaching *attaching;
    bool is_found;
};

static bool look_at(void *context, const struct fp_descriptor *referrer,
                    const struct fp_signed *bundle, enum fp_code code,
                    const struct fp_error *problem)
{
    struct bundle_search *search = context;
    const struct attaching *self = search->attaching;
    (void) referrer;
    (void) problem;
    search->is_found = code == FP_OK && strcmp(bundle->predicate_type, FP_PREDICATE_SIGN) == 0 &&
                       fp_strv_has(&bundle->subjects, self->image->root->digest.text) &&
                       fp_signed_verifies(bundle, self->work->key);
    return !search->is_found;
}

/* A task. */
static enum fp_code attach_bundles(void *context, struct fp_error *err)
{
    struct attaching *self = context;
    struct bundle_search search = {.attaching = self};
    if (self->may_be_signed && self->work->key != NULL)
        FP_TRY(fp_bundles_read(self->image, look_at, &search, err));
    self->is_found = search.is_found;
    return fp_bundles_attach(self->image, &self->pieces, search.is_found ? FP_PREDICATE_SIGN : NULL,
                             &self->bundles, err);
}

/* A task. */
static enum fp_code add_to_tag(void *context, struct fp_error *err)
{
    return fp_tag_add(context, err);
}

static void on_sig_known(void *context, bool is_all_there)
{
    struct attaching *self = context;
    self->may_be_signed = is_all_there;
    fp_group_go(self->group, attach_bundles, self);
}

static struct fp_tag_change change_of(struct attaching *self, enum fp_piece_form form)
{
    return (struct fp_tag_change){
        .image = self->image, .pieces = &self->pieces, .form = form, .key = self->work->key};
}

static enum fp_code attach(struct attaching *self, struct fp_error *err)
{
    self->sig = change_of(self, FP_PIECE_SIG);
    self->att = change_of(self, FP_PIECE_ATT);
    self->sig.on_known = on_sig_known;
    self->sig.context = self;
    if (has_form(self, FP_PIECE_SIG))
        fp_group_go(self->group, add_to_tag, &self->sig);
    else
        fp_group_go(self->group, attach_bundles, self);
    if (has_form(self, FP_PIECE_ATT))
        fp_group_go(self->group, add_to_tag, &self->att);
    return fp_group_wait(self->group, err);
}

enum fp_code fp_trust_attach(const struct fp_trust_image *image, const struct fp_trust_work *work,
                             struct fp_trust_result *ret, struct fp_error *err)
{
    struct attaching self = {.image = image, .work = work};
    enum fp_code code = fp_pieces_sign(image, work, &self.pieces, err);
    if (code == FP_OK && work->signer != NULL)
        code = fp_pieces_of_signer(image, work->signer, &self.pieces, err);
    self.group = fp_group_new(NULL, FP_GROUP_MAX);
    if (code == FP_OK)
        code = attach(&self, err);
    fp_group_free(self.group);
    if (ret != NULL)
        *ret = (struct fp_trust_result){
            .attached = self.sig.attached + self.att.attached + self.bundles,
            .existing = self.sig.existing + self.att.existing + (self.is_found ? 1 : 0)};
    fp_pieces_clear(&self.pieces);
    return fp_context(code, err, "signing %s@%s", image->repo->title, image->root->digest.text);
}

/* What came of the work, in words. The caller owns them. */
static char *outcome_of(const struct fp_trust_work *work, const struct fp_trust_result *result)
{
    bool is_signing = work->signs_image || work->signer != NULL;
    if (work->attestation_count == 0)
        return fp_xstrdup(result->attached > 0 ? "signed" : "is signed by this key already");
    return fp_xasprintf("%s%zu %s attached%s", is_signing ? "signed, " : "",
                        work->attestation_count,
                        work->attestation_count == 1 ? "document" : "documents",
                        work->key != NULL ? " and signed" : "");
}

enum fp_code fp_trust_attach_at(const struct fp_location *location, struct fp_repo *repo,
                                const struct fp_descriptor *root, const struct fp_trust_work *work,
                                struct fp_reporter *reporter, struct fp_error *err)
{
    struct fp_trust_result result = {0};
    bool is_remote = location->kind == FP_AT_REGISTRY;
    cleanup_free char *identity = is_remote ? fp_reference_name(&location->reference) : NULL;
    const struct fp_trust_image image = {
        .repo = repo, .root = root, .identity = identity, .reporter = reporter};
    FP_TRY(fp_trust_attach(&image, work, &result, err));
    cleanup_free char *what = outcome_of(work, &result);
    fp_report(reporter, FP_EVENT_INFO, "%s@%s: %s", repo->title, root->digest.text, what);
    return FP_OK;
}

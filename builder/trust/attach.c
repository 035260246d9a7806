/* Attaches what signs an image, all forms side by side. */
#include "flinkpack/trust/attach.h"

#include <pthread.h>

#include "bundle.h"
#include "tag.h"

struct attaching {
    const struct fp_trust_image *image;
    const struct fp_trust_work *work;
    struct fp_pieces pieces;
    bool *is_there; /* for each piece that is a referrer: a bundle of the key says the same */
    struct fp_group *group;
    struct fp_tag_change sig;
    struct fp_tag_change att;
    pthread_mutex_t lock; /* protects what is below */
    unsigned unknown;     /* tags that were not read yet */
    bool may_be_there;    /* a tag has all of it already, so that bundles may have it too */
    unsigned bundles;     /* that were attached; after the lock is of no use any more */
};

static bool has_form(const struct attaching *self, enum fp_piece_form form)
{
    for (size_t i = 0; i < self->pieces.len; i++)
        if (self->pieces.items[i].form == form)
            return true;
    return false;
}

static bool look_at(void *context, const struct fp_descriptor *referrer,
                    const struct fp_signed *bundle, enum fp_code code,
                    const struct fp_error *problem)
{
    const struct attaching *self = context;
    (void) referrer;
    (void) problem;
    for (size_t i = 0; code == FP_OK && i < self->pieces.len; i++) {
        const struct fp_piece *piece = &self->pieces.items[i];
        if (piece->form == FP_PIECE_REFERRER && piece->statement != NULL && !self->is_there[i])
            self->is_there[i] = fp_signed_says(bundle, piece->statement, self->work->key);
    }
    return true;
}

/* A task. */
static enum fp_code attach_bundles(void *context, struct fp_error *err)
{
    struct attaching *self = context;
    if (self->may_be_there && self->work->key != NULL)
        FP_TRY(fp_bundles_read(self->image, look_at, self, err));
    return fp_bundles_attach(self->image, &self->pieces, self->is_there, &self->bundles, err);
}

/* A task. */
static enum fp_code add_to_tag(void *context, struct fp_error *err)
{
    return fp_tag_add(context, err);
}

/* Bundles are attached once it is known whether this may have been done before. */
static void on_known(void *context, bool is_all_there)
{
    struct attaching *self = context;
    (void) pthread_mutex_lock(&self->lock);
    self->may_be_there = self->may_be_there || is_all_there;
    bool is_last = --self->unknown == 0;
    (void) pthread_mutex_unlock(&self->lock);
    if (is_last)
        fp_group_go(self->group, attach_bundles, self);
}

static struct fp_tag_change change_of(struct attaching *self, enum fp_piece_form form)
{
    return (struct fp_tag_change){.image = self->image,
                                  .pieces = &self->pieces,
                                  .form = form,
                                  .key = self->work->key,
                                  .on_known = on_known,
                                  .context = self};
}

static enum fp_code attach(struct attaching *self, struct fp_error *err)
{
    bool has_sig = has_form(self, FP_PIECE_SIG);
    bool has_att = has_form(self, FP_PIECE_ATT);
    self->sig = change_of(self, FP_PIECE_SIG);
    self->att = change_of(self, FP_PIECE_ATT);
    self->unknown = (has_sig ? 1U : 0U) + (has_att ? 1U : 0U);
    if (has_sig)
        fp_group_go(self->group, add_to_tag, &self->sig);
    if (has_att)
        fp_group_go(self->group, add_to_tag, &self->att);
    if (!has_sig && !has_att)
        fp_group_go(self->group, attach_bundles, self);
    return fp_group_wait(self->group, err);
}

static unsigned count_there(const struct attaching *self)
{
    unsigned count = 0;
    for (size_t i = 0; i < self->pieces.len; i++)
        count += self->is_there[i] ? 1 : 0;
    return count;
}

enum fp_code fp_trust_attach(const struct fp_trust_image *image, const struct fp_trust_work *work,
                             struct fp_trust_result *ret, struct fp_error *err)
{
    struct attaching self = {.image = image, .work = work};
    enum fp_code code = fp_pieces_sign(image, work, &self.pieces, err);
    if (code == FP_OK && work->signer != NULL)
        code = fp_pieces_of_signer(image, work->signer, &self.pieces, err);
    self.is_there = fp_xcalloc(self.pieces.len + 1, sizeof(bool));
    (void) pthread_mutex_init(&self.lock, NULL);
    self.group = fp_group_new(NULL, FP_GROUP_MAX);
    if (code == FP_OK)
        code = attach(&self, err);
    fp_group_free(self.group);
    (void) pthread_mutex_destroy(&self.lock);
    if (ret != NULL)
        *ret = (struct fp_trust_result){
            .attached = self.sig.attached + self.att.attached + self.bundles,
            .existing = self.sig.existing + self.att.existing + count_there(&self)};
    free(self.is_there);
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

/* Signs images with what --sign-key and --signer say. */
#include "signing.h"

#include "secret.h"

static enum fp_code ask(struct fp_key_asker *self, const char *name, char **ret,
                        struct fp_error *err)
{
    cleanup_free char *prompt = fp_xasprintf("Password of the key %s: ", name);
    (void) self;
    return fp_secret_ask(prompt, "set FLINKPACK_KEY_PASSWORD", ret, err);
}

enum fp_code fp_signing_open(const struct fp_run *run, struct fp_signing *ret, struct fp_error *err)
{
    struct fp_key_asker asker = {.ask = ask};
    const struct fp_args *args = &run->args;
    if (args->sign_key != NULL)
        FP_TRY(fp_context(fp_key_read_private(args->sign_key, &asker, &ret->key, err), err,
                          "--sign-key"));
    ret->is_asked = args->sign_key != NULL || args->signer != NULL;
    ret->work = (struct fp_trust_work){
        .key = ret->key, .signs_image = ret->key != NULL, .signer = args->signer};
    return FP_OK;
}

enum fp_code fp_signing_sign(const struct fp_signing *signing, const struct fp_session *session,
                             const struct fp_location *location, struct fp_repo *repo,
                             const struct fp_descriptor *root, struct fp_error *err)
{
    if (!signing->is_asked || !fp_repo_can_attach(repo))
        return FP_OK;
    return fp_trust_attach_at(location, repo, root, &signing->work, session->context.reporter, err);
}

enum fp_code fp_signing_can_take_along(const struct fp_run *run, const struct fp_target *to,
                                       struct fp_error *err)
{
    if (!run->args.referrers || fp_repo_can_attach(to->repo))
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--referrers: %s cannot hold what is attached to an image",
                             to->repo->title),
                     err, "registries, layouts (oci:DIR) and the local store can");
}

enum fp_code fp_signing_take_along(const struct fp_run *run, const struct fp_found *from,
                                   const struct fp_target *to, const struct fp_descriptor *root,
                                   struct fp_error *err)
{
    const struct fp_trust_image image = {.repo = to->repo, .root = root, .reporter = run->reporter};
    unsigned count = 0;
    if (!run->args.referrers)
        return FP_OK;
    FP_TRY(fp_trust_copy(from->repo, &image, &count, err));
    fp_report(run->reporter, FP_EVENT_INFO, "%s: %u attachment%s taken along", to->repo->title,
              count, count == 1 ? "" : "s");
    return FP_OK;
}

void fp_signing_clear(struct fp_signing *signing)
{
    fp_key_free(signing->key);
    *signing = (struct fp_signing){0};
}

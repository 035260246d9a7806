/* Finding the base of an image, and opening, fetching and reading it for each platform. */
#include "checks.h"

#include <stdlib.h>
#include <string.h>

/* The default base is Temurin on Alpine. If Temurin has no Alpine image for a platform (it has
 * arm64 from Java 21 on), the default is the one with glibc. */
static char *default_base(const struct fp_plan *plan, unsigned java)
{
    bool everywhere = true;
    for (size_t i = 0; i < plan->platform_count; i++) {
        const char *architecture = plan->platforms[i].architecture;
        everywhere = everywhere && (strcmp(architecture, "amd64") == 0 ||
                                    (java >= 21 && strcmp(architecture, "arm64") == 0));
    }
    return fp_xasprintf("temurin-%u-jre%s", java, everywhere ? "-alpine" : "");
}

/* Choose the image of the requested base, or of the best base for the version of Flink. */
enum fp_code fp_bases_choose(const struct fp_plan *plan, const struct fp_flink_version *version,
                             struct fp_bases *ret, struct fp_error *err)
{
    const char *asked = plan->base;
    bool is_image = plan->source == FP_FROM_IMAGE;
    const char *option = plan->base_option;
    struct fp_location *at = &ret->at;
    cleanup_free char *by_version = NULL;
    if (asked == NULL) {
        by_version = default_base(plan, fp_flink_traits(version)->default_java);
        asked = by_version;
    }
    if (!is_image && fp_base_is_name(asked)) {
        FP_TRY(fp_context(fp_base_find(&plan->base_directories, asked, &ret->entry, err), err, "%s",
                          option));
        if (ret->entry.packages.len > 0) {
            ret->name = fp_xstrdup(asked);
            return FP_OK;
        }
        asked = ret->entry.reference;
    }
    FP_TRY(fp_context(fp_location_parse(asked, at, err), err, "%s '%s'", option, asked));
    if (plan->context->offline)
        fp_location_to_store(at);
    else
        FP_TRY(fp_context(fp_location_settle(at, asked, plan->context->places.store,
                                             plan->context->reporter, err),
                          err, "%s '%s'", option, asked));
    ret->name = fp_xstrdup(asked);
    return FP_OK;
}

/* The digest that the lock, or else the catalogue, pins for a platform, or NULL. Borrowed. */
static const char *pinned(const struct fp_plan *plan, const struct fp_bases *bases,
                          const struct fp_platform *platform)
{
    cleanup_free char *text = fp_platform_text(platform);
    const char *locked = fp_lock_base_digest(plan->lock, bases->name, text);
    return locked != NULL ? locked : fp_json_string(bases->entry.digests, text);
}

/* The digest that replaces the name of the base, or NULL. With a single platform, a pinned manifest
 * does. Borrowed. */
static const char *pinned_root(const struct fp_plan *plan, const struct fp_bases *bases)
{
    cleanup_strv struct fp_strv platforms = {0};
    for (size_t i = 0; i < plan->platform_count; i++)
        fp_strv_take(&platforms, fp_platform_text(&plan->platforms[i]));
    const char *locked = fp_lock_base(plan->lock, bases->name, &platforms);
    if (locked != NULL)
        return locked;
    return plan->platform_count == 1 ? pinned(plan, bases, &plan->platforms[0]) : NULL;
}

/* A file or a layout that was changed since it was locked has the old image no more. */
static bool may_have_changed(const struct fp_plan *plan, const struct fp_bases *bases)
{
    return plan->lock != NULL && !fp_repo_is_remote(bases->repo);
}

/* Resolve the base's name, or what is pinned in its place. */
static enum fp_code resolve(const struct fp_plan *plan, const struct fp_location *at,
                            struct fp_bases *bases, struct fp_error *err)
{
    const char *pin = pinned_root(plan, bases);
    const char *name = fp_location_image(at);
    enum fp_code code = fp_repo_resolve(bases->repo, pin != NULL ? pin : name, &bases->root, err);
    if (code == FP_E_NOT_FOUND && pin != NULL && may_have_changed(plan, bases))
        code = fp_repo_resolve(bases->repo, name, &bases->root, err);
    if (code == FP_E_NOT_FOUND && pin != NULL && plan->lock != NULL)
        fp_hint(err, "%s pins it; 'flinkpack lock' writes it anew", fp_lock_name(plan->lock));
    return code;
}

/* With several platforms the name resolves to an index, and the catalogue pins a digest for each
 * platform. The pinned manifest replaces the one that the index has now. */
static enum fp_code take_pinned(const struct fp_plan *plan, struct fp_bases *bases,
                                struct fp_base_image *image, struct fp_error *err)
{
    const char *pin = pinned(plan, bases, &image->platform);
    cleanup_descriptor struct fp_descriptor root = {0};
    cleanup_images struct fp_images images = {0};
    if (pin == NULL || strcmp(bases->root.digest.text, pin) == 0 ||
        strcmp(image->descriptor.digest.text, pin) == 0)
        return FP_OK;
    enum fp_code code = fp_repo_resolve(bases->repo, pin, &root, err);
    if (code == FP_E_NOT_FOUND && may_have_changed(plan, bases))
        return FP_OK;
    FP_TRY(code);
    bases->has_moved = true;
    fp_descriptor_clear(&image->descriptor);
    FP_TRY(fp_images_open(bases->repo, &root, bases->name, &images, err));
    return fp_images_choose(&images, &image->platform, &image->descriptor, err);
}

/* An image may state no platform, neither itself nor in an index. Then it is used for the requested
 * platform, which its programs are checked against, but not for several platforms. */
static enum fp_code settle_platform(const struct fp_plan *plan, const struct fp_bases *bases,
                                    struct fp_base_image *image, struct fp_error *err)
{
    cleanup_free char *want = fp_platform_text(&image->platform);
    if (!fp_config_complete(&image->config, &image->platform))
        return FP_OK;
    if (plan->platform_count > 1)
        return fp_hinted(
            fp_fail(err, FP_E_INPUT, "%s: does not say for which platform it is", bases->name), err,
            "give one --platform only: it is taken for that");
    fp_report(plan->context->reporter, FP_EVENT_WARNING,
              "%s does not say for which platform it is: taken for %s", bases->name, want);
    return FP_OK;
}

static enum fp_code read_image(const struct fp_plan *plan, struct fp_bases *bases,
                               struct fp_base_image *image, struct fp_error *err)
{
    FP_TRY(fp_images_choose(&bases->found, &image->platform, &image->descriptor, err));
    FP_TRY(take_pinned(plan, bases, image, err));
    FP_TRY(fp_base_read(bases, image, err));
    FP_TRY(settle_platform(plan, bases, image, err));
    if (fp_platform_matches(&image->platform, &image->config.platform))
        return FP_OK;
    cleanup_free char *want = fp_platform_text(&image->platform);
    cleanup_free char *have = fp_platform_text(&image->config.platform);
    return fp_hinted(
        fp_fail(err, FP_E_NOT_FOUND, "%s is for %s, not for %s", bases->name, have, want), err,
        "choose another base, or --platform %s", have);
}

/* Check that the statements of a catalogue entry are true of the image. */
static enum fp_code check_entry(const struct fp_bases *bases, const struct fp_base_image *image,
                                struct fp_error *err)
{
    const struct fp_base_entry *entry = &bases->entry;
    const char *libc = image->facts.musl ? "musl" : "glibc";
    if (entry->name == NULL)
        return FP_OK;
    if (strcmp(entry->libc, libc) != 0 && fp_tree_count(image->facts.tree) > 0)
        return fp_fail(err, FP_E_INPUT, "%s: the catalogue says %s, and the image has %s",
                       entry->name, entry->libc, libc);
    if (image->facts.java != 0 && image->facts.java != entry->java)
        return fp_fail(err, FP_E_INPUT, "%s: the catalogue says Java %u, and the image has Java %u",
                       entry->name, entry->java, image->facts.java);
    return FP_OK;
}

/* Read the documents of one platform's image. */
static enum fp_code get_image(const struct fp_plan *plan, struct fp_bases *bases,
                              struct fp_base_image *image, struct fp_error *err)
{
    if (bases->entry.packages.len > 0)
        return fp_base_assemble(plan, bases, image, err);
    FP_TRY(read_image(plan, bases, image, err));
    fp_leave_job_out(plan, image);
    return FP_OK;
}

/* The digest that the base has whatever its name resolves to now, or NULL. Borrowed. */
static const char *known_digest(const struct fp_plan *plan, const struct fp_bases *bases)
{
    const struct fp_digest *digest = &bases->at.reference.digest;
    if (plan->lock != NULL || plan->source == FP_FROM_IMAGE || bases->at.kind != FP_AT_REGISTRY)
        return NULL;
    return fp_digest_is_set(digest) ? digest->text : pinned_root(plan, bases);
}

static enum fp_code resolve_root(const struct fp_plan *plan, struct fp_bases *bases,
                                 struct fp_error *err)
{
    const struct fp_location *at = &bases->at;
    fp_descriptor_clear(&bases->root);
    bases->is_unresolved = false;
    enum fp_code code = resolve(plan, at, bases, err);
    if (code == FP_E_NOT_FOUND && at->kind == FP_AT_STORE && at->reference.registry != NULL)
        fp_hint(err, "without --offline: flinkpack pull %s", bases->name);
    return code;
}

/* Open the place that has the image, and resolve its name there, unless its digest is known. */
static enum fp_code find_root(const struct fp_plan *plan, struct fp_bases *bases,
                              struct fp_error *err)
{
    const char *digest = NULL;
    if (bases->entry.packages.len > 0) {
        bases->repo = fp_repo_new_parts();
        return FP_OK;
    }
    FP_TRY(fp_location_open(&bases->at, &plan->context->places, &plan->platforms[0], &bases->repo,
                            err));
    digest = known_digest(plan, bases);
    if (digest == NULL)
        return resolve_root(plan, bases, err);
    (void) snprintf(bases->root.digest.text, sizeof(bases->root.digest.text), "%s", digest);
    bases->is_unresolved = true;
    return FP_OK;
}

/* If the user named no base, the error says which one was chosen, and that there are others. */
static enum fp_code explain(const struct fp_plan *plan, const struct fp_bases *bases,
                            const struct fp_flink_version *version, enum fp_code code,
                            struct fp_error *err)
{
    bool chosen = plan->base == NULL;
    if (!chosen || (code != FP_E_NETWORK && code != FP_E_AUTH && code != FP_E_NOT_FOUND))
        return code;
    return fp_hinted(
        fp_context(code, err, "the base of Flink %s, %s", version->text, bases->name), err,
        "--base takes an image of your own registry, oci-archive:FILE, or rootfs:TAR too");
}

static enum fp_code find_base(const struct fp_plan *plan, const struct fp_flink_version *version,
                              struct fp_bases *bases, struct fp_error *err)
{
    FP_TRY(fp_bases_choose(plan, version, bases, err));
    FP_TRY(fp_check_entry(plan, bases, err));
    return find_root(plan, bases, err);
}

enum fp_code fp_bases_find(const struct fp_plan *plan, const struct fp_flink_version *version,
                           struct fp_bases *ret, struct fp_error *err)
{
    enum fp_code code = find_base(plan, version, ret, err);
    return code == FP_OK ? FP_OK : explain(plan, ret, version, code, err);
}

static enum fp_code open_images(const struct fp_plan *plan, struct fp_known *known,
                                struct fp_bases *bases, struct fp_error *err)
{
    if (bases->is_unresolved)
        FP_TRY(resolve_root(plan, bases, err));
    if (bases->entry.packages.len == 0 && bases->found.repo == NULL)
        FP_TRY(fp_images_open(bases->repo, &bases->root, bases->name, &bases->found, err));
    bases->images = fp_xcalloc(plan->platform_count, sizeof(*bases->images));
    for (size_t i = 0; i < plan->platform_count; i++) {
        bases->images[i].platform = plan->platforms[i];
        bases->images[i].additions = json_object();
        bases->count++;
        FP_TRY(get_image(plan, bases, &bases->images[i], err));
        FP_TRY(fp_base_learn(plan, known, bases, &bases->images[i], err));
        FP_TRY(check_entry(bases, &bases->images[i], err));
    }
    return FP_OK;
}

enum fp_code fp_bases_open(const struct fp_plan *plan, const struct fp_flink_version *version,
                           struct fp_known *known, struct fp_bases *ret, struct fp_error *err)
{
    if (ret->repo == NULL)
        FP_TRY(fp_bases_find(plan, version, ret, err));
    enum fp_code code = open_images(plan, known, ret, err);
    return code == FP_OK ? FP_OK : explain(plan, ret, version, code, err);
}

void fp_bases_none(const struct fp_plan *plan, struct fp_bases *ret)
{
    ret->name = fp_xstrdup("scratch");
    ret->repo = fp_repo_new_parts();
    ret->images = fp_xcalloc(plan->platform_count, sizeof(*ret->images));
    ret->count = plan->platform_count;
    for (size_t i = 0; i < ret->count; i++) {
        ret->images[i].platform = plan->platforms[i];
        ret->images[i].config = fp_config_empty(&plan->platforms[i]);
        ret->images[i].facts.tree = fp_tree_new();
    }
}

void fp_bases_clear(struct fp_bases *bases)
{
    for (size_t i = 0; i < bases->count; i++) {
        struct fp_base_image *image = &bases->images[i];
        for (size_t k = 0; image->blobs != NULL && k < image->manifest.layer_count; k++)
            fp_blob_unref(image->blobs[k]);
        free(image->blobs);
        fp_base_facts_clear(&image->facts);
        json_decref(image->outline);
        fp_config_clear(&image->config);
        fp_manifest_clear(&image->manifest);
        fp_descriptor_clear(&image->descriptor);
        json_decref(image->additions);
        fp_strv_clear(&image->old_jars);
    }
    free(bases->images);
    fp_descriptor_clear(&bases->root);
    fp_location_clear(&bases->at);
    fp_images_clear(&bases->found);
    fp_repo_free(bases->repo);
    fp_base_entry_clear(&bases->entry);
    free(bases->name);
    free(bases->image_key);
    memset(bases, 0, sizeof(*bases));
}

/* Flink whose distribution need not be read, because its layer has a record. */
#include "inputs.h"
#include "known.h"

#include <stdlib.h>
#include <string.h>

/* The kind of the local cache's records of whole distributions. */
#define KIND "dist"

static enum fp_code hash_archive(const struct fp_plan *plan, struct fp_known *known,
                                 struct fp_input *archive, struct fp_flink *flink,
                                 struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX];
    struct fp_cache *cache = plan->context->cache;
    /* Where nobody has a record, the archive is hashed while it is read. */
    if (!fp_cache_knows_input(cache, archive, hex)) {
        if (!fp_known_has(known, "distribution") && plan->cache_repo == NULL)
            return FP_OK;
        FP_TRY(fp_cache_input_sha256(cache, archive, hex, err));
    }
    flink->digest = fp_xasprintf("sha256:%s", hex);
    return FP_OK;
}

enum fp_code fp_flink_identify(const struct fp_plan *plan, struct fp_known *known,
                               struct fp_flink *ret, struct fp_flink_origin *ret_origin,
                               struct fp_error *err)
{
    if (plan->source != FP_FROM_ARCHIVE && plan->source != FP_FROM_LOCAL_DIST)
        return FP_OK;
    if (plan->source == FP_FROM_ARCHIVE && !plan->reuses)
        return FP_OK;
    FP_TRY(fp_flink_fetch(plan, ret, ret_origin, err));
    return plan->source == FP_FROM_ARCHIVE
               ? hash_archive(plan, known, ret_origin->archive, ret, err)
               : fp_flink_hash_directory(plan, ret_origin->folder, &ret->digest, err);
}

/* Whose checksums are trusted: a claim counts only where it goes back to the same. */
static char *trusted(const struct fp_plan *plan)
{
    char hex[FP_HASH_HEX_MAX];
    const struct fp_build_context *context = plan->context;
    cleanup_json json_t *all =
        json_pack("[s?, s?, s?, s?, s?]", context->apache_url, context->archive_url,
                  context->checksum_url, plan->release.checksum, plan->release.maven_repository);
    fp_json_sha256(all, hex);
    return fp_xstrndup(hex, 16);
}

json_t *fp_flink_facts(const struct fp_plan *plan, const struct fp_flink *flink)
{
    const struct fp_release *release = &flink->release;
    json_t *facts = json_copy(flink->facts);
    if (release->archive_name == NULL)
        return facts;
    cleanup_free char *whose = trusted(plan);
    fp_json_set_text(facts, "release", release->archive_name);
    fp_json_set_text(facts, "sha512", release->sha512);
    fp_json_set_text(facts, "hadoop", release->hadoop_name);
    fp_json_set_text(facts, "hadoopDigest", release->hadoop_digest);
    fp_json_set_text(facts, "trusted", whose);
    return facts;
}

/* The facts of a record that says the checksum of this release. A new reference, or NULL. */
static json_t *find_claim(const struct fp_plan *plan, struct fp_known *known, const char *name)
{
    cleanup_free char *whose = trusted(plan);
    cleanup_json json_t *facts = fp_known_first(known, "distribution");
    const char *release = fp_json_string(facts, "release");
    const char *said = fp_json_string(facts, "trusted");
    bool is_this =
        release != NULL && said != NULL && strcmp(release, name) == 0 && strcmp(said, whose) == 0;
    return is_this ? json_incref(facts) : NULL;
}

enum fp_code fp_flink_find(const struct fp_plan *plan, struct fp_known *known,
                           struct fp_flink *flink, struct fp_error *err)
{
    struct fp_release_options options = fp_flink_release(plan);
    cleanup_free char *name = NULL;
    if (plan->source != FP_FROM_RELEASE || !plan->reuses)
        return FP_OK;
    FP_TRY(fp_release_archive_name(&options, &name, err));
    cleanup_json json_t *claim = find_claim(plan, known, name);
    options.claimed_sha512 = fp_json_string(claim, "sha512");
    options.claimed_hadoop = fp_json_string(claim, "hadoopDigest");
    FP_TRY(fp_release_find(&options, &flink->release, err));
    flink->digest = fp_xasprintf("sha512:%s", flink->release.sha512);
    return FP_OK;
}

static struct fp_record record_of(const struct fp_plan *plan, const struct fp_flink *flink)
{
    struct fp_record record = {0};
    cleanup_json json_t *inputs = fp_inputs_of_flink(plan, flink->digest);
    fp_record_begin(&record, "distribution", inputs);
    return record;
}

enum fp_code fp_flink_recall(const struct fp_plan *plan, struct fp_known *known,
                             struct fp_flink *flink, bool *ret_found, struct fp_error *err)
{
    __attribute__((cleanup(fp_own_layer_clear))) struct fp_own_layer own = {0};
    struct fp_distribution dist = {0};
    *ret_found = false;
    if (flink->digest == NULL)
        return FP_OK;
    own.record = record_of(plan, flink);
    if (!fp_known_find(known, 0, &own) ||
        fp_distribution_facts_parse(own.record.facts, own.from, &dist, NULL) != FP_OK)
        return FP_OK;
    flink->dist = dist;
    flink->dist.layer.diff_id = own.record.diff_id;
    flink->has_dist = true;
    flink->facts = fp_distribution_facts(&dist);
    *ret_found = true;
    return fp_flink_settle(plan, flink, err);
}

bool fp_flink_remember(const struct fp_plan *plan, struct fp_flink *flink)
{
    struct fp_distribution dist = {0};
    if (flink->digest == NULL || !plan->reuses)
        return false;
    cleanup_record struct fp_record record = record_of(plan, flink);
    cleanup_json json_t *cached = fp_cache_get(plan->context->cache, KIND, record.key);
    if (cached == NULL || fp_distribution_parse(cached, KIND, &dist, NULL) != FP_OK)
        return false;
    flink->dist = dist;
    flink->has_dist = true;
    return true;
}

void fp_flink_keep(const struct fp_plan *plan, const struct fp_flink_origin *origin,
                   const struct fp_flink *flink)
{
    char hex[FP_HASH_HEX_MAX];
    struct fp_cache *cache = plan->context->cache;
    if (cache == NULL || (origin->archive != NULL &&
                          fp_cache_input_sha256(cache, origin->archive, hex, NULL) != FP_OK))
        return;
    cleanup_json json_t *document = fp_distribution_json(&flink->dist);
    cleanup_record struct fp_record record = record_of(plan, flink);
    if (document != NULL)
        fp_cache_put(cache, KIND, record.key, document);
}

/* Replace the facts by the whole distribution. Its layer must be the one that is taken for it. */
static enum fp_code take(struct fp_flink *flink, struct fp_distribution *take_dist,
                         struct fp_error *err)
{
    struct fp_digest said = flink->dist.layer.diff_id;
    fp_distribution_clear(&flink->dist);
    flink->dist = *take_dist;
    if (fp_digest_equal(&said, &flink->dist.layer.diff_id))
        return FP_OK;
    return fp_fail(err, FP_E_VERIFY,
                   "the record of Flink's layer says %s, and the distribution gives %s", said.text,
                   flink->dist.layer.diff_id.text);
}

static enum fp_code read_again(const struct fp_layer_step *step, struct fp_error *err)
{
    struct fp_flink read = {.digest = fp_xstrdup(step->flink->digest)};
    enum fp_code code = fp_flink_fetch(step->plan, &read, step->origin, err);
    if (code == FP_OK)
        code = fp_flink_read(step->plan, step->origin, &read, err);
    if (code == FP_OK)
        code = take(step->flink, &read.dist, err);
    if (code == FP_OK || code == FP_E_VERIFY)
        read.dist = (struct fp_distribution){0};
    fp_flink_clear(&read);
    return code;
}

enum fp_code fp_flink_need(const struct fp_layer_step *step, bool with_layer, struct fp_error *err)
{
    struct fp_flink *flink = step->flink;
    bool is_read = !flink->dist.is_outline && (!with_layer || flink->dist.layer.blob != NULL);
    if (!flink->has_dist || is_read)
        return FP_OK;
    cleanup_record struct fp_record record = record_of(step->plan, flink);
    cleanup_json json_t *cached = fp_cache_get(step->plan->context->cache, KIND, record.key);
    struct fp_distribution dist = {0};
    if (!with_layer && cached != NULL && fp_distribution_parse(cached, KIND, &dist, NULL) == FP_OK)
        return take(flink, &dist, err);
    return read_again(step, err);
}

enum fp_code fp_flink_layer(const struct fp_layer_step *step, struct fp_own_layer *own,
                            struct fp_error *err)
{
    struct fp_flink *flink = step->flink;
    char hex[FP_HASH_HEX_MAX];
    if (own->blob != NULL || own->repo != NULL)
        return FP_OK;
    FP_TRY(fp_flink_fetch(step->plan, flink, step->origin, err));
    struct fp_input *archive = step->origin->archive;
    if (archive == NULL)
        return fp_fail(err, FP_E_INTERNAL, "a directory is no layer as it is");
    FP_TRY(fp_cache_input_sha256(step->plan->context->cache, archive, hex, err));
    if (strcmp(hex, fp_digest_hex(&own->record.blob.digest)) != 0)
        return fp_fail(err, FP_E_VERIFY, "the record of Flink's layer says %s, and %s is sha256:%s",
                       own->record.blob.digest.text, archive->path, hex);
    own->blob = fp_blob_file(&own->record.blob, archive->path, archive->fd, 0);
    return FP_OK;
}

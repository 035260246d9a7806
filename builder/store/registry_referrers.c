/* Attachments in a registry: its list of referrers, and names that several writers change. */
#include <string.h>
#include <sys/random.h>

#include "flinkpack/store/referrers.h"
#include "registry_repo.h"

#define MAX_ATTEMPTS 12
/* The pause before a name is read again. */
#define MIN_PAUSE_MS ((int64_t) 50)
#define MAX_PAUSE_MS ((int64_t) 3000)

static enum fp_code list_of_tag(struct fp_repo *self, const struct fp_digest *subject,
                                json_t *entries, struct fp_error *err)
{
    cleanup_free char *tag = fp_referrers_tag(subject, "");
    cleanup_descriptor struct fp_descriptor found = {0};
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_json json_t *document = NULL;
    enum fp_code code = fp_repo_resolve(self, tag, &found, err);
    if (code == FP_E_NOT_FOUND)
        return FP_OK;
    FP_TRY(code);
    FP_TRY(fp_repo_get_document(self, &found, &body, err));
    FP_TRY(fp_json_parse(fp_buf_text(&body), body.len, self->title, &document, err));
    (void) json_array_extend(entries, json_object_get(document, "manifests"));
    return FP_OK;
}

enum fp_code fp_registry_repo_list_referrers(struct fp_repo *self, const struct fp_digest *subject,
                                             const char *artifact_type, json_t *entries,
                                             struct fp_error *err)
{
    const struct fp_registry_repo *repo = fp_to_registry_repo(self);
    struct fp_registry *registry = repo->sources[repo->source];
    cleanup_json json_t *found = NULL;
    FP_TRY(fp_registry_list_referrers(registry, subject, artifact_type, &found, err));
    if (found == NULL)
        return list_of_tag(self, subject, entries, err);
    (void) json_array_extend(entries, found);
    return FP_OK;
}

/* Whether the name stands for something else by now. */
static enum fp_code has_moved(struct fp_repo *self, const char *name,
                              const struct fp_descriptor *before, bool *ret, struct fp_error *err)
{
    cleanup_descriptor struct fp_descriptor now = {0};
    enum fp_code code = fp_repo_resolve(self, name, &now, err);
    *ret = !fp_digest_equal(&now.digest, &before->digest);
    return code == FP_E_NOT_FOUND ? FP_OK : code;
}

/* A change under way. */
struct changing {
    const char *name;
    struct fp_name_change *change;
    struct fp_digest expected; /* what the name stands for if nobody else writes */
    bool is_done;              /* it stands for that, or for something that ours is in as well */
};

/* If others write as well, those of them that are slow may still overwrite ours: it is done only
 * when the name stands still. */
static void look(struct changing *self, const struct fp_digest *found)
{
    self->is_done = !fp_digest_is_set(&self->expected) || fp_digest_equal(&self->expected, found);
    self->expected = *found;
}

static enum fp_code change_once(struct fp_repo *self, struct changing *changing,
                                struct fp_error *err)
{
    struct fp_name_change *change = changing->change;
    cleanup_descriptor struct fp_descriptor found = {0};
    cleanup_descriptor struct fp_descriptor made = {0};
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_free char *bytes = NULL;
    bool moved = false;
    enum fp_code code = fp_repo_resolve(self, changing->name, &found, err);
    bool is_there = code == FP_OK;
    FP_TRY(code == FP_E_NOT_FOUND ? FP_OK : code);
    if (is_there)
        FP_TRY(fp_repo_get_document(self, &found, &body, err));
    FP_TRY(change->make(change->context, is_there ? fp_buf_text(&body) : NULL, body.len, &made,
                        &bytes, err));
    if (bytes == NULL) {
        look(changing, &found.digest);
        return FP_OK;
    }
    if (change->is_late)
        FP_TRY(has_moved(self, changing->name, &found, &moved, err));
    changing->expected = made.digest;
    return moved ? FP_OK : fp_repo_name(self, &made, bytes, changing->name, err);
}

/* A writer that read before our change puts its own, without ours in it, about as long after it as
 * we took from reading to writing, or later if it is slower. So a name is read again only then; a
 * random part keeps writers that met from meeting again. */
static enum fp_code wait_for_others(int64_t taken_ms, int attempt, struct fp_error *err)
{
    uint16_t random = 0;
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t) sizeof(random))
        random = 0x8000;
    int64_t pause_ms = taken_ms * 3 > MIN_PAUSE_MS ? taken_ms * 3 : MIN_PAUSE_MS;
    if (attempt > 1)
        pause_ms += pause_ms * attempt * random / 0xffff;
    return fp_sleep_until_ms(fp_now_ms() + (pause_ms < MAX_PAUSE_MS ? pause_ms : MAX_PAUSE_MS),
                             err);
}

enum fp_code fp_registry_repo_change_name(struct fp_repo *self, const char *name,
                                          struct fp_name_change *change, struct fp_error *err)
{
    struct changing changing = {.name = name, .change = change};
    for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        int64_t begin_ms = fp_now_ms();
        enum fp_code code = change_once(self, &changing, err);
        /* Something that others have just put may not be there yet for the registry. */
        if (code != FP_OK && (attempt == MAX_ATTEMPTS || !fp_repo_wants_again(self)))
            return code;
        if (code == FP_OK && changing.is_done)
            return FP_OK;
        FP_TRY(wait_for_others(fp_now_ms() - begin_ms, attempt, err));
    }
    return fp_hinted(fp_fail(err, FP_E_CONFLICT,
                             "%s:%s: others changed it each time that something was added to it",
                             self->title, name),
                     err, "try again when they are done");
}

bool fp_registry_repo_keeps_referrers(const struct fp_repo *self)
{
    const struct fp_registry_repo *repo = fp_to_registry_repo(self);
    return fp_registry_keeps_referrers(repo->sources[repo->source]);
}

/* base list, show and check: these show the catalogue of bases, and compare it with the current
 * content of registries. */
#include <string.h>

#include "base_pin.h"
#include "flinkpack/base.h"
#include "flinkpack/http.h"
#include "session.h"

#define ANNOTATION(name) "org.opencontainers.image." name

static enum fp_code list(struct fp_run *run, const struct fp_strv *folders, struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    enum fp_code code = fp_base_list(folders, &names, err);
    for (size_t i = 0; i < names.len && code == FP_OK; i++) {
        struct fp_base_entry entry = {0};
        code = fp_base_find(folders, names.items[i], &entry, err);
        if (code == FP_OK)
            fp_buf_putf(&run->out, "%-24s Java %-3u %-6s %s\n", entry.name, entry.java, entry.libc,
                        entry.reference != NULL ? entry.reference : "made of Alpine packages");
        fp_base_entry_clear(&entry);
    }
    return code;
}

static void put_digests(struct fp_buf *out, const struct fp_base_entry *entry)
{
    const char *platform = NULL;
    json_t *digest = NULL;
    json_object_foreach(entry->digests, platform, digest)
    {
        bool has_facts = json_object_get(entry->facts, platform) != NULL;
        fp_buf_putf(out, "%-12s %s%s\n", platform, json_string_value(digest),
                    has_facts ? ", with its facts" : "");
    }
}

static void put_whole_entry(struct fp_buf *out, const struct fp_base_entry *entry)
{
    fp_buf_putf(out,
                "Name         %s\nImage        %s\nJava         %u\n"
                "C library    %s\n",
                entry->name,
                entry->reference != NULL ? entry->reference : "made of Alpine packages",
                entry->java, entry->libc);
    for (size_t i = 0; i < entry->packages.len; i++)
        fp_buf_putf(out, "Package      %s\n", entry->packages.items[i]);
    for (size_t i = 0; i < entry->repositories.len; i++) {
        cleanup_free char *shown = fp_url_display(entry->repositories.items[i]);
        fp_buf_putf(out, "Repository   %s\n", shown);
    }
    if (entry->description != NULL)
        fp_buf_putf(out, "Description  %s\n", entry->description);
    put_digests(out, entry);
}

static enum fp_code show(struct fp_run *run, const struct fp_strv *folders, struct fp_error *err)
{
    struct fp_base_entry entry = {0};
    enum fp_code code = fp_base_find(folders, run->operands.items[1], &entry, err);
    if (code == FP_OK)
        put_whole_entry(&run->out, &entry);
    fp_base_entry_clear(&entry);
    return code;
}

/* Read the document of a descriptor as JSON. */
static enum fp_code read_document(struct fp_repo *repo, const struct fp_descriptor *root,
                                  const char *title, json_t **ret, struct fp_error *err)
{
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_repo_get_document(repo, root, &body, err));
    return fp_json_parse(fp_buf_text(&body), body.len, title, ret, err);
}

/* Whether `digest` is the image that was found, or one of the platforms in its index. */
static enum fp_code leads_to(const struct fp_found *found, const char *digest, bool *ret,
                             struct fp_error *err)
{
    *ret = strcmp(found->root.digest.text, digest) == 0;
    if (*ret)
        return FP_OK;
    cleanup_images struct fp_images images = {0};
    FP_TRY(fp_images_open(found->repo, &found->root, found->title, &images, err));
    for (size_t i = 0; i < images.index.manifest_count; i++)
        *ret = *ret || strcmp(images.index.manifests[i].digest.text, digest) == 0;
    return FP_OK;
}

/* Annotations come from foreign images, so they are not trusted: the name has to be in a registry,
 * not on this machine, and only a valid digest is printed. */
static enum fp_code check_annotations(const char *title, const char *name, const char *digest,
                                      struct fp_error *err)
{
    struct fp_location at = {0};
    struct fp_digest parsed = {0};
    bool is_name = fp_location_parse(name, &at, NULL) == FP_OK && at.kind == FP_AT_REGISTRY;
    fp_location_clear(&at);
    if (!is_name)
        return fp_fail(err, FP_E_INPUT, "%s: %s is '%.200s', which no registry can have", title,
                       ANNOTATION("base.name"), name);
    if (fp_digest_parse(digest, title, &parsed, NULL) != FP_OK)
        return fp_fail(err, FP_E_INPUT, "%s: %s is '%.200s', which is no digest", title,
                       ANNOTATION("base.digest"), digest);
    return FP_OK;
}

/* One of the images that are checked. */
struct checked {
    const struct fp_session *session;
    const char *image;
    const char *prefix; /* what stands before the line: "" for one image, "IMAGE " for several */
};

static enum fp_code compare(struct fp_run *run, const struct checked *checked, const char *name,
                            const char *digest, struct fp_error *err)
{
    cleanup_found struct fp_found base = {0};
    bool current = false;
    FP_TRY(fp_session_find(checked->session, name, FP_FIND_REGISTRY, &base, err));
    FP_TRY(leads_to(&base, digest, &current, err));
    if (run->args.stale_only)
        fp_buf_putf(&run->out, "%s%s", current ? "" : checked->image, current ? "" : "\n");
    else if (current)
        fp_buf_putf(&run->out, "%scurrent %s@%s\n", checked->prefix, name, digest);
    else
        fp_buf_putf(&run->out, "%sstale %s@%s is now %s\n", checked->prefix, name, digest,
                    base.root.digest.text);
    return FP_OK;
}

/* Tell how old the packages of an image are, where this machine resolved them. */
static void tell_age(struct fp_run *run, const struct checked *checked,
                     const struct fp_found *found)
{
    cleanup_images struct fp_images images = {0};
    cleanup_image struct fp_image image = {0};
    bool more = false;
    if (run->args.stale_only || checked->session->layers == NULL ||
        fp_images_open(found->repo, &found->root, found->title, &images, NULL) != FP_OK ||
        fp_images_next(&images, NULL, &image, &more, NULL) != FP_OK || !more)
        return;
    cleanup_free char *age = fp_packages_age(checked->session->layers, &image.config);
    if (age != NULL)
        fp_report(
            run->reporter, FP_EVENT_INFO,
            "%s: its packages were resolved %s ago; 'flinkpack build --refresh' resolves them "
            "anew",
            checked->image, age);
}

static enum fp_code check_one(struct fp_run *run, const struct checked *checked,
                              struct fp_error *err)
{
    cleanup_found struct fp_found found = {0};
    cleanup_json json_t *document = NULL;
    FP_TRY(fp_session_find(checked->session, checked->image, FP_FIND_STORE_FIRST, &found, err));
    FP_TRY(read_document(found.repo, &found.root, found.title, &document, err));
    const json_t *annotations = json_object_get(document, "annotations");
    const char *name = fp_json_string(annotations, ANNOTATION("base.name"));
    const char *digest = fp_json_string(annotations, ANNOTATION("base.digest"));
    if (name == NULL || digest == NULL)
        return fp_hinted(fp_fail(err, FP_E_INPUT, "%s does not say what its base is", found.title),
                         err, "only images built on one out of a registry do");
    FP_TRY(check_annotations(found.title, name, digest, err));
    FP_TRY(compare(run, checked, name, digest, err));
    tell_age(run, checked, &found);
    return FP_OK;
}

/* A failure of one image does not stop the others: it is told at once, and again at the end. */
static enum fp_code check(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    struct fp_error first = {0};
    size_t count = run->operands.len - 1;
    FP_TRY(fp_session_open(run, &session, err));
    fp_session_look_into_cache(run, &session);
    run->is_partial = true;
    for (size_t i = 1; i <= count; i++) {
        const char *image = run->operands.items[i];
        struct fp_error failure = {0};
        cleanup_free char *prefix = count > 1 ? fp_xasprintf("%s ", image) : fp_xstrdup("");
        const struct checked checked = {&session, image, prefix};
        if (check_one(run, &checked, &failure) == FP_OK)
            continue;
        if (count == 1 || failure.code == FP_E_INTERRUPTED)
            return fp_fail_as(err, &failure);
        fp_report(run->reporter, FP_EVENT_WARNING, "%s is not checked: %s", image, failure.text);
        first = first.code == FP_OK ? failure : first;
    }
    if (first.code == FP_OK)
        return FP_OK;
    return fp_context(fp_fail_as(err, &first), err, "not all images were checked");
}

enum fp_code fp_run_base(struct fp_run *run, struct fp_error *err)
{
    const char *what = run->operands.items[0];
    const struct fp_strv *folders = &run->args.build.base_folders;
    FP_TRY(fp_base_check_directories(folders, err));
    if (strcmp(what, "list") == 0 && run->operands.len == 1)
        return list(run, folders, err);
    if (strcmp(what, "show") == 0 && run->operands.len == 2)
        return show(run, folders, err);
    if (strcmp(what, "pin") == 0 && run->operands.len == 2)
        return fp_base_pin(run, folders, err);
    if (strcmp(what, "check") == 0 && run->operands.len >= 2)
        return check(run, err);
    return fp_fail(err, FP_E_USAGE, "base: expected list, show NAME, pin NAME, or check IMAGE...");
}

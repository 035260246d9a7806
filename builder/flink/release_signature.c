/* The OpenPGP signature of a release: Apache's release managers sign each archive. */
#include <string.h>

#include "flinkpack/support/pgp.h"
#include "release.h"

#define MAX_SIGNATURE_BYTES ((size_t) 64 << 10)
/* Flink's KEYS has 200 kB. */
#define MAX_KEYS_BYTES ((size_t) 8 << 20)

/* Fetch a text from Apache's host of checksums, else from the archive of all releases. */
static enum fp_code fetch(const struct fp_release_options *options, const char *const urls[2],
                          const char *what, struct fp_buf *ret, struct fp_error *err)
{
    struct fp_error failure = {0};
    for (size_t i = 0; i < 2; i++) {
        int status = 0;
        fp_buf_clear(ret);
        *ret = (struct fp_buf) FP_BUF_INIT(ret->max);
        enum fp_code code = fp_fetch_text(options, urls[i], ret, &status, &failure);
        if (code == FP_OK && status == 200)
            return FP_OK;
        if (code == FP_E_INTERRUPTED)
            return fp_fail_as(err, &failure);
        cleanup_free char *shown = fp_url_display(urls[i]);
        if (code == FP_OK)
            code = fp_fail(&failure, status == 404 ? FP_E_NOT_FOUND : FP_E_NETWORK,
                           "%s: the server answers %d", shown, status);
        failure.code = code;
    }
    return fp_context(fp_fail_as(err, &failure), err, "%s", what);
}

/* The keys: the user's file, else Apache's, which only TLS and the lock vouch for. */
static enum fp_code get_keys(const struct fp_release_options *options, const char **ret_name,
                             struct fp_buf *ret, struct fp_error *err)
{
    *ret_name = options->keys != NULL ? options->keys : "Apache's KEYS";
    if (options->keys != NULL)
        return fp_context(fp_file_read(options->keys, ret, err), err, "--flink-keys");
    if (options->offline)
        return fp_hinted(
            fp_fail(err, FP_E_NOT_FOUND, "Apache's KEYS cannot be read with --offline"), err,
            "--flink-keys FILE");
    cleanup_free char *first = fp_xasprintf("%s/flink/KEYS", fp_release_checksum_base(options));
    cleanup_free char *second = fp_xasprintf("%s/flink/KEYS", fp_release_archive_base(options));
    return fetch(options, (const char *const[]){first, second}, "the keys of Flink's releases", ret,
                 err);
}

/* The signature: beside the archive if it is a file of the user's, else from Apache. */
static enum fp_code get_signature(const struct fp_release_options *options, const char *name,
                                  const char *beside, struct fp_buf *ret, struct fp_error *err)
{
    if (beside != NULL && fp_path_exists(beside))
        return fp_file_read(beside, ret, err);
    if (options->offline)
        return fp_fail(err, FP_E_NOT_FOUND, "%s cannot be read with --offline", name);
    cleanup_free char *first = fp_release_url(options, fp_release_checksum_base(options), name);
    cleanup_free char *second = fp_release_url(options, fp_release_archive_base(options), name);
    enum fp_code code = fetch(options, (const char *const[]){first, second},
                              "the signature of the release", ret, err);
    return beside == NULL || code == FP_OK
               ? code
               : fp_hinted(code, err, "it may lie beside the archive: %s", beside);
}

enum fp_code fp_release_check_signature(const struct fp_release_options *options, const char *name,
                                        const char *beside, struct fp_input *archive, char **ret,
                                        struct fp_error *err)
{
    cleanup_buf struct fp_buf keys = FP_BUF_INIT(MAX_KEYS_BYTES);
    cleanup_buf struct fp_buf text = FP_BUF_INIT(MAX_SIGNATURE_BYTES);
    cleanup_free char *signature_name = fp_xasprintf("%s.asc", name);
    char fingerprint[FP_PGP_FINGERPRINT_MAX];
    const char *keys_name = NULL;
    struct fp_source *source = NULL;
    FP_TRY(get_keys(options, &keys_name, &keys, err));
    FP_TRY(get_signature(options, signature_name, beside, &text, err));
    FP_TRY(fp_input_source(archive, &source, err));
    struct fp_stage stage = {0};
    fp_stage_begin(&stage, options->reporter, "signature", name, archive->bytes);
    cleanup_source struct fp_source *staged = fp_source_staged(source, &stage);
    const struct fp_pgp_signature signature = {fp_buf_text(&text), text.len, signature_name};
    enum fp_code code =
        fp_pgp_verify(fp_buf_text(&keys), keys_name, &signature, staged, fingerprint, err);
    cleanup_free char *by = fp_xasprintf("by %s", fingerprint);
    FP_TRY(fp_stage_close(&stage, code, by));
    if (options->signer != NULL && strcmp(options->signer, fingerprint) != 0)
        return fp_fail(err, FP_E_VERIFY, "%s: made by the key %s, and the lock names %s",
                       signature_name, fingerprint, options->signer);
    *ret = fp_xstrdup(fingerprint);
    return FP_OK;
}

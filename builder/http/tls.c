/*
 * The trusted certificates. The system's roots are libcurl's own default, or the bundle of another
 * distribution. Certificates of certs.d directories, of an option and of SSL_CERT_FILE and
 * SSL_CERT_DIR make one PEM text that replaces libcurl's default.
 */
#include "client.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#define MAX_CERT_FILES  512
#define USUAL_CERT_DIRS "/etc/containers/certs.d:/etc/docker/certs.d"

static const char *const system_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Alpine, Arch */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* older RHEL */
    "/etc/ssl/ca-bundle.pem",                            /* SUSE */
    "/etc/pki/tls/cacert.pem",                           /* OpenELEC */
    "/etc/ssl/cert.pem",                                 /* Alpine, BSD */
};

static enum fp_code add_pem(struct fp_buf *pem, const char *path, struct fp_error *err)
{
    cleanup_buf struct fp_buf file = FP_BUF_INIT(FP_HTTP_MAX_PEM_BYTES);
    FP_TRY(fp_file_read(path, &file, err));
    if (strstr(fp_buf_text(&file), "-----BEGIN ") == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: no PEM certificate in it", path);
    fp_buf_put(pem, file.data, file.len);
    fp_buf_puts(pem, "\n");
    return fp_context(fp_buf_check(pem, err), err, "%s", path);
}

/* SSL_CERT_DIR as in OpenSSL and Go: all certificates in the directories, without other files. */
static void add_cert_dirs(struct fp_buf *pem, const char *folders)
{
    cleanup_strv struct fp_strv list = {0};
    fp_strv_split(&list, folders, ':');
    for (size_t i = 0; i < list.len; i++) {
        cleanup_strv struct fp_strv names = {0};
        (void) fp_dir_names(list.items[i], "[!.]*", MAX_CERT_FILES, &names);
        for (size_t n = 0; n < names.len; n++) {
            cleanup_free char *path = fp_path_join(list.items[i], names.items[n]);
            (void) (add_pem(pem, path, NULL) == FP_OK);
        }
    }
}

static const char *find_bundle(void)
{
    for (size_t i = 0; i < sizeof(system_bundles) / sizeof(system_bundles[0]); i++) {
        if (fp_path_exists(system_bundles[i]))
            return system_bundles[i];
    }
    return NULL;
}

static enum fp_code add_system_roots(struct fp_buf *pem, struct fp_error *err)
{
    const char *file = fp_env("SSL_CERT_FILE");
    const char *folders = fp_env("SSL_CERT_DIR");
    if (folders != NULL)
        add_cert_dirs(pem, folders);
    if (file != NULL) {
        enum fp_code code = add_pem(pem, file, err);
        return fp_context(code, err, "SSL_CERT_FILE");
    }
    if (folders != NULL)
        return FP_OK;
    const char *bundle = find_bundle();
    /* Without a bundle, only added certificates are trusted. */
    return bundle != NULL ? add_pem(pem, bundle, err) : FP_OK;
}

const char *fp_tls_other_bundle(void)
{
    const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
    bool has_default =
        built->age >= CURLVERSION_SEVENTH && built->cainfo != NULL && fp_path_exists(built->cainfo);
    return has_default ? NULL : find_bundle();
}

/* X.cert and X.key form a pair, as in Docker; one without the other is an error. */
static enum fp_code take_client_pair(struct fp_tls *tls, const char *folder, const char *name,
                                     struct fp_error *err)
{
    bool is_cert = fp_text_ends_with(name, ".cert");
    size_t stem = strlen(name) - (is_cert ? 5 : 4);
    cleanup_free char *path = fp_path_join(folder, name);
    cleanup_free char *mate =
        fp_xasprintf("%s/%.*s%s", folder, (int) stem, name, is_cert ? ".key" : ".cert");
    if (!fp_path_exists(mate))
        return fp_fail(err, FP_E_INPUT, "%s: its mate %s is missing", path, mate);
    if (is_cert && tls->cert == NULL) {
        tls->cert = steal_pointer(&path);
        tls->key = steal_pointer(&mate);
    }
    return FP_OK;
}

static enum fp_code read_host_folder(struct fp_tls *tls, const char *folder, struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    (void) fp_dir_names(folder, "[!.]*", MAX_CERT_FILES, &names);
    for (size_t i = 0; i < names.len; i++) {
        enum fp_code code = FP_OK;
        if (fp_text_ends_with(names.items[i], ".crt")) {
            cleanup_free char *path = fp_path_join(folder, names.items[i]);
            code = add_pem(&tls->ca, path, err);
        } else if (fp_text_ends_with(names.items[i], ".cert") ||
                   fp_text_ends_with(names.items[i], ".key")) {
            code = take_client_pair(tls, folder, names.items[i], err);
        }
        if (code != FP_OK)
            return code;
    }
    return FP_OK;
}

static char *usual_cert_dirs(void)
{
    const char *config = fp_env("XDG_CONFIG_HOME");
    const char *home = fp_env("HOME");
    if (config != NULL)
        return fp_xasprintf("%s/containers/certs.d:" USUAL_CERT_DIRS, config);
    if (home != NULL)
        return fp_xasprintf("%s/.config/containers/certs.d:" USUAL_CERT_DIRS, home);
    return fp_xstrdup(USUAL_CERT_DIRS);
}

/* Read the directory HOST:PORT, and HOST if the port is that of https. */
static enum fp_code read_cert_dirs(struct fp_tls *tls, const struct fp_http_options *options,
                                   const struct fp_url *url, struct fp_error *err)
{
    cleanup_strv struct fp_strv roots = {0};
    cleanup_free char *usual = usual_cert_dirs();
    fp_strv_split(&roots, options->cert_dirs != NULL ? options->cert_dirs : usual, ':');
    for (size_t i = 0; i < roots.len; i++) {
        cleanup_free char *with_port =
            fp_xasprintf("%s/%s:%s", roots.items[i], url->host, url->port);
        cleanup_free char *plain = fp_path_join(roots.items[i], url->host);
        enum fp_code code = read_host_folder(tls, with_port, err);
        if (code == FP_OK && strcmp(url->port, "443") == 0)
            code = read_host_folder(tls, plain, err);
        if (code != FP_OK)
            return code;
    }
    return FP_OK;
}

enum fp_code fp_tls_read_roots(const struct fp_http_options *options, struct fp_buf *ca,
                               struct fp_error *err)
{
    bool stated = fp_env("SSL_CERT_FILE") != NULL || fp_env("SSL_CERT_DIR") != NULL;
    enum fp_code code = FP_OK;
    if (options->ca_file != NULL)
        code = add_pem(ca, options->ca_file, err);
    if (code == FP_OK && (ca->len > 0 || stated))
        code = add_system_roots(ca, err);
    return code;
}

enum fp_code fp_tls_init(struct fp_tls *tls, const struct fp_http_options *options,
                         const struct fp_url *url, struct fp_error *err)
{
    *tls = (struct fp_tls){.ca = FP_BUF_INIT(FP_HTTP_MAX_PEM_BYTES)};
    if (strcmp(url->scheme, "https") != 0)
        return FP_OK;
    tls->insecure = fp_url_is_listed(options->insecure_hosts, url);
    enum fp_code code = read_cert_dirs(tls, options, url, err);
    if (code == FP_OK && tls->ca.len > 0)
        code = fp_tls_read_roots(options, &tls->ca, err);
    if (code != FP_OK)
        fp_tls_clear(tls);
    return code;
}

void fp_tls_clear(struct fp_tls *tls)
{
    fp_buf_clear(&tls->ca);
    free(tls->cert);
    free(tls->key);
    tls->cert = tls->key = NULL;
}

/**
 * @file
 * The registry protocol (OCI distribution-spec 1.1): authentication, blobs, manifests, tags.
 * Knows nothing of images beyond descriptors.
 */
#ifndef FLINKPACK_REGISTRY_H
#define FLINKPACK_REGISTRY_H

#include "flinkpack/http.h"
#include "flinkpack/layer.h"

/** Where credentials come from. Everything is borrowed while in use. */
struct fp_credentials_options {
    const char *username; /**< of the command line, with `password`; NULL: look in the files */
    const char *password; /**< from a file or standard input; never shown */
    const char *authfile; /**< --authfile: the only file looked at; NULL: the usual ones */
};

/** Settings. Everything is borrowed while the registry is open. */
struct fp_registry_options {
    struct fp_http *http;
    struct fp_credentials_options credentials;
    const struct fp_strv *plain_http_hosts; /**< HOST[:PORT] reached without TLS; loopback always */
    const struct fp_strv *token_hosts;      /**< HOST[:PORT] besides the registry's own that
                                                 credentials go to for a token; NULL or empty: any
                                                 that the registry names */
    const char *mirror_of;                  /**< HOST[:PORT] that images are named by which this
                                                 registry is only a mirror of; NULL: it is none */
    uint64_t chunk_bytes;                   /**< upload in pieces of that size; 0: whole blobs */
    bool has_stand_in; /**< another place has the same: it is not waited for long, nor twice */
    struct fp_reporter *reporter; /**< may be NULL */
};

/** The most mirrors that one image is asked of. */
#define FP_MIRRORS_MAX_CANDIDATES 8

/** A rule of registries.conf, or of the command line. */
struct fp_mirror {
    char *prefix;      /**< HOST[:PORT][/PATH] that names begin with; *.DOMAIN[/PATH] in files */
    char *location;    /**< HOST[:PORT][/PATH] that takes its place; NULL: pulling is blocked */
    bool is_primary;   /**< it stands in for the place itself, which is not asked then */
    bool digests_only; /**< asked only for images named by digest */
    bool tags_only;    /**< asked only for images named by tag */
    bool is_option;    /**< of the command line: goes before all others */
};

/** Where images are pulled from in place of what their names say. Zero-initialise; release with
 * fp_mirrors_clear(). */
struct fp_mirrors {
    struct fp_mirror *items;
    size_t len;
    struct fp_strv insecure; /**< HOST[:PORT] that may be http or unverified TLS */
};

/** Add "PREFIX=LOCATION". FP_E_USAGE. */
FP_CHECKED enum fp_code fp_mirrors_add(struct fp_mirrors *mirrors, const char *text,
                                       struct fp_error *err);
/**
 * Add what registries.conf says: $CONTAINERS_REGISTRIES_CONF, else the user's
 * (~/.config/containers), else the machine's (/etc/containers); without the variable then the files
 * of registries.conf.d beside both. A file that cannot be read is warned of and left out.
 */
void fp_mirrors_read(struct fp_mirrors *mirrors, struct fp_reporter *reporter);
/**
 * Add what a text says. Of TOML as containers-registries.conf(5) uses it this is read: [[registry]]
 * with prefix, location, insecure, blocked, mirror-by-digest-only, and [[registry.mirror]] with
 * location, insecure, pull-from-mirror; strings on one line, true and false. Other keys and tables
 * are passed over.
 * @return FP_E_INPUT naming the file and the line.
 */
FP_CHECKED enum fp_code fp_mirrors_read_text(struct fp_mirrors *mirrors, const char *name,
                                             const char *text, struct fp_error *err);
/**
 * Where to look for an image, in order: mirrors of the command line, those of the longest prefix in
 * registries.conf, and the place itself or what stands in for it.
 * @param ret     FP_MIRRORS_MAX_CANDIDATES + 1 of them; the caller clears `*ret_len`.
 * @return FP_E_INPUT where it is blocked, or a location leaves it no repository; then there are
 *         none.
 */
FP_CHECKED enum fp_code fp_mirrors_choose(const struct fp_mirrors *mirrors,
                                          const struct fp_reference *reference,
                                          struct fp_reference *ret, size_t *ret_len,
                                          struct fp_error *err);
/** Release the members. */
void fp_mirrors_clear(struct fp_mirrors *mirrors);

/** Declare a struct fp_mirrors that is cleared at the end of its scope. */
#define cleanup_mirrors __attribute__((cleanup(fp_mirrors_clear)))

/** The key of a registry's credentials in config.json, and what helpers are asked for: HOST[:PORT]
 * itself, but for Docker Hub. Borrowed. */
const char *fp_credential_key(const char *host);
/**
 * How a key of `auths` or `credHelpers` fits a repository: 0 not, 1 by its host in an old form
 * ("https://HOST/v1/"), 2 as fp_credential_key() has it, more by a namespace, the longer the
 * better.
 * @param repository "" for what holds for the whole registry.
 */
size_t fp_credential_match(const char *key, const char *registry, const char *repository);
/** The helper that a config.json names for a repository, or NULL. Borrowed from `config`. */
const char *fp_credential_helper(const json_t *config, const char *registry,
                                 const char *repository);
/** Base64 (RFC 4648). The caller owns it. */
char *fp_base64_encode(const char *text);

/** What a failed credential helper says, of what it printed: JSON members that are meant for
 * people, and what the protocol itself says; "" for anything else, as that may be a password. The
 * caller owns it. */
char *fp_helper_words(const char *output, size_t len);

/** One registry and one repository in it. Safe from every thread. */
struct fp_registry;

/**
 * Open a repository of a registry. Nothing is sent yet.
 * @param reference registry and repository; copied.
 * @return FP_OK, or FP_E_USAGE where it names no registry.
 */
FP_CHECKED enum fp_code fp_registry_open(const struct fp_registry_options *options,
                                         const struct fp_reference *reference,
                                         struct fp_registry **ret, struct fp_error *err);
/** Close and free; NULL is fine. */
void fp_registry_close(struct fp_registry *registry);

/** Ask for the rights to push from the first request on, so that one token serves for all. */
void fp_registry_will_push(struct fp_registry *registry);

/**
 * Ask a registry whether it takes credentials, with one authorised GET /v2/ and nothing else.
 * @param options        `credentials` are those to be judged.
 * @param host           HOST[:PORT].
 * @param ret_asked_for  false: the registry asks nobody who he is, so that nothing was judged.
 * @return FP_OK, FP_E_AUTH where it refuses them, FP_E_NETWORK, FP_E_VERIFY, FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_registry_check_login(const struct fp_registry_options *options,
                                                const char *host, bool *ret_asked_for,
                                                struct fp_error *err);

/**
 * Fetch a manifest or index by tag or digest. Fetched by digest, the bytes are verified.
 * @param reference_text  A tag, or a digest as text.
 * @param body            Gets the bytes; its ceiling bounds them.
 * @param ret_descriptor  Media type, digest (computed here) and size.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_AUTH, FP_E_NETWORK, FP_E_VERIFY, FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_registry_get_manifest(struct fp_registry *registry,
                                                 const char *reference_text, struct fp_buf *body,
                                                 struct fp_descriptor *ret_descriptor,
                                                 struct fp_error *err);
/**
 * What a HEAD says of a manifest. It is nothing to build on, as GET may say otherwise: whoever goes
 * by it has the bytes of that digest.
 * @param ret_exists     false: 404, which is FP_OK.
 * @param ret_descriptor Empty beside `*ret_exists` where HEAD does not say enough, or is refused;
 *                       nothing is asked then where it was so before.
 */
FP_CHECKED enum fp_code fp_registry_head_manifest(struct fp_registry *registry,
                                                  const char *reference_text, bool *ret_exists,
                                                  struct fp_descriptor *ret_descriptor,
                                                  struct fp_error *err);
/** What a tag stands for. */
enum fp_tagged {
    FP_TAGGED_NOTHING, /**< there is no such tag, or the registry cannot say (5xx) */
    FP_TAGGED_OTHER,   /**< another manifest */
    FP_TAGGED_THIS,
};
/** Whether a tag (or a digest, as text) stands for that manifest. */
FP_CHECKED enum fp_code fp_registry_is_tagged(struct fp_registry *registry, const char *tag,
                                              const struct fp_digest *digest, enum fp_tagged *ret,
                                              struct fp_error *err);
/**
 * Put a manifest or index under a tag or digest. After a lost answer it looks before repeating.
 *
 * Where it is refused because blobs are not there that the registry said it had, these are doubted:
 * fp_registry_take_doubts() says so, fp_registry_push_blob() sends them whatever HEAD says, and
 * then this may be called again. Nothing is doubted twice.
 *
 * @return FP_OK also where an immutable tag names it already; FP_E_CONFLICT where one names another
 *         and may not be moved, FP_E_VERIFY where the registry has stored something else,
 * FP_E_AUTH, FP_E_NETWORK, FP_E_INPUT, FP_E_NOT_FOUND.
 */
FP_CHECKED enum fp_code fp_registry_put_manifest(struct fp_registry *registry,
                                                 const char *reference_text,
                                                 const struct fp_descriptor *descriptor,
                                                 const char *bytes, struct fp_error *err);
/**
 * Put a manifest or index that is there once more under its digest, so that the registry looks for
 * what it refers to. No tag is touched, and only blobs that have just been sent are waited for.
 * @param ret_taken False: the registry refuses that, does not answer or makes something else of it,
 *                  or it is not asked, as it keeps what is put by digest apart from tags; then
 *                  nothing is known.
 * @return FP_E_INTERRUPTED, or the refusal for want of blobs, which are doubted from then on as in
 *         fp_registry_put_manifest(); where they are already, it stays at that.
 */
FP_CHECKED enum fp_code fp_registry_put_again(struct fp_registry *registry,
                                              const struct fp_descriptor *descriptor,
                                              const char *bytes, bool *ret_taken,
                                              struct fp_error *err);
/** Whether blobs have come to be doubted since this was last asked. */
bool fp_registry_take_doubts(struct fp_registry *registry);
/** Whether the registry said that it has a blob, and then that it has not. */
bool fp_registry_is_doubted(struct fp_registry *registry, const struct fp_digest *digest);
/**
 * See that what was put is served: GET it by digest (HEAD at Docker Hub, which counts GETs). A 404
 * is asked again as any request is, for 15 seconds. A registry that only does not say (401, 403,
 * 429, 5xx, no answer) is one warning.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_VERIFY (other bytes), FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_registry_confirm(struct fp_registry *registry,
                                            const struct fp_digest *digest, struct fp_error *err);
/** Whether the repository lacks a blob that a manifest in it refers to. One request: where the
 * registry cannot say (403, 405, 5xx, no answer) the manifest's word counts. FP_E_INTERRUPTED. */
FP_CHECKED enum fp_code fp_registry_has_lost_blob(struct fp_registry *registry,
                                                  const struct fp_descriptor *descriptor,
                                                  bool *ret_lost, struct fp_error *err);
/** Whether the repository has a blob; false too where the registry cannot say. */
FP_CHECKED enum fp_code fp_registry_has_blob(struct fp_registry *registry,
                                             const struct fp_descriptor *descriptor,
                                             bool *ret_exists, struct fp_error *err);
/**
 * Download a blob into a file, resuming; size and digest are verified.
 * @param fd    Open for reading and writing; what it holds is continued from.
 * @param stage May be NULL.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_AUTH, FP_E_NETWORK, FP_E_VERIFY (once more from the start did
 *         not help), FP_E_IO.
 */
FP_CHECKED enum fp_code fp_registry_fetch_blob(struct fp_registry *registry,
                                               const struct fp_descriptor *descriptor, int fd,
                                               struct fp_stage *stage, struct fp_error *err);

/** What became of a blob. */
enum fp_push_outcome { FP_PUSH_EXISTING, FP_PUSH_MOUNTED, FP_PUSH_UPLOADED };

/**
 * Ask whether blobs may be pushed, by an upload that is begun and given up.
 * @return FP_OK, or what the registry refuses it with: FP_E_AUTH, FP_E_NOT_FOUND and others.
 */
FP_CHECKED enum fp_code fp_registry_may_push(struct fp_registry *registry, struct fp_error *err);
/**
 * Whether what names the credentials for all hosts can be read at all: --authfile,
 * REGISTRY_AUTH_FILE, DOCKER_AUTH_CONFIG.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_IO, or FP_E_INPUT naming it.
 */
FP_CHECKED enum fp_code fp_credentials_check(const struct fp_credentials_options *options,
                                             struct fp_error *err);
/**
 * Get a blob into the repository: skip it if it is there, mount it from another repository of the
 * same registry if `mount_from` says one, else upload it.
 * @param blob       The bytes; NULL when there are none here (then a failed mount is
 *                   FP_E_NOT_FOUND, and the caller fetches the bytes and comes again).
 * @param mount_from A repository name, or NULL.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_AUTH, FP_E_NETWORK, FP_E_VERIFY (the registry says twice that
 *         it has got other bytes), FP_E_INPUT, FP_E_IO.
 */
FP_CHECKED enum fp_code
fp_registry_push_blob(struct fp_registry *registry, const struct fp_descriptor *descriptor,
                      const struct fp_blob *blob, const char *mount_from, struct fp_stage *stage,
                      enum fp_push_outcome *ret_outcome, struct fp_error *err);
/** Whether both are repositories of one registry (same scheme, host and port). */
bool fp_registry_same_host(const struct fp_registry *a, const struct fp_registry *b);
/** REGISTRY/REPOSITORY, for messages. Borrowed. */
const char *fp_registry_name(const struct fp_registry *registry);
/** REPOSITORY. Borrowed. */
const char *fp_registry_repository(const struct fp_registry *registry);

FP_DEFINE_CLEANUP(fp_registry_closep, struct fp_registry, fp_registry_close)
/** Declare a registry that is closed at the end of its scope. */
#define cleanup_registry __attribute__((cleanup(fp_registry_closep)))

#endif

/**
 * @file
 * What the files of this room share: credentials, challenges, tokens, and requests that carry them.
 */
#ifndef BUILDER_REGISTRY_INTERNAL_H
#define BUILDER_REGISTRY_INTERNAL_H

#include <pthread.h>

#include "flinkpack/registry.h"

/** The largest manifest that is fetched or put (distribution's own limit). */
#define FP_REGISTRY_MAX_MANIFEST ((size_t) 4 << 20)
/** The largest file of credentials. */
#define FP_REGISTRY_MAX_CONFIG ((size_t) 1 << 20)
/** Tokens that are kept. */
#define FP_REGISTRY_MAX_TOKENS    32
#define FP_REGISTRY_MAX_REDIRECTS 5

/** Text from outside, on one line: control characters become spaces, runs of them one; at most
 * `max` bytes. The caller owns it. */
char *fp_clean_text(const char *text, size_t len, size_t max);
/** Base64 (RFC 4648) with or without padding, line breaks in it passed over; NULL: it is none. NUL
 * bytes at the end are cut off, others refused. The caller owns it. */
char *fp_base64_decode(const char *text);

/** The value of Authorization for a user; the password may be NULL. The caller owns it. */
char *fp_basic_authorization(const char *username, const char *password);

/** What the registry asks for. */
enum fp_challenge_scheme { FP_CHALLENGE_NONE, FP_CHALLENGE_BASIC, FP_CHALLENGE_BEARER };

/** A challenge (RFC 9110 section 11.6.1). Owned strings. */
struct fp_challenge {
    enum fp_challenge_scheme scheme;
    char *realm;   /**< of Bearer: the token server; never NULL there */
    char *service; /**< may be NULL */
    char *scope;   /**< may be NULL */
};

/** The first Bearer or Basic challenge of a WWW-Authenticate header; false: none. */
bool fp_challenge_parse(const char *value, struct fp_challenge *ret);
/** The first in all such headers of an answer. A realm without a host is the answering server's. */
bool fp_challenge_find(const struct fp_http_response *response, struct fp_challenge *ret);
void fp_challenge_clear(struct fp_challenge *challenge);
#define cleanup_challenge __attribute__((cleanup(fp_challenge_clear)))

/** What to authenticate with. Owned strings, wiped when cleared. All NULL: anonymous. */
struct fp_credential {
    char *username;
    char *password;
    char *identity_token; /**< to be exchanged for tokens (OAuth2) */
    char *registry_token; /**< a Bearer token as it is */
    char *source;         /**< where it comes from, in words */
    char *problem;        /**< why a place that should have some gave none, in words */
};

/** Whether there is something to authenticate with. */
bool fp_credential_is_set(const struct fp_credential *credential);
void fp_credential_clear(struct fp_credential *credential);
#define cleanup_credential __attribute__((cleanup(fp_credential_clear)))

/** For whom credentials are looked up. */
struct fp_credential_query {
    const char *registry;   /**< HOST[:PORT], "docker.io" */
    const char *repository; /**< for keys such as HOST/TEAM */
    struct fp_reporter *reporter;
};

/** Look in all places, in the order of the manual. None found is FP_OK with nothing set. */
FP_CHECKED enum fp_code fp_credential_find(const struct fp_credentials_options *options,
                                           const struct fp_credential_query *query,
                                           struct fp_credential *ret, struct fp_error *err);
/** The same in one parsed config.json or auth.json; `source` names it. */
FP_CHECKED enum fp_code fp_docker_config_find(const json_t *config, const char *source,
                                              const struct fp_credential_query *query,
                                              struct fp_credential *ret, struct fp_error *err);
/** "docker.io" for all of Docker Hub's names; else itself. */
const char *fp_registry_canonical_host(const char *host);

/** Run docker-credential-NAME. None found is FP_OK with nothing set, after a warning where it is
 * not just that there is none. */
FP_CHECKED enum fp_code fp_helper_get(const char *name, const char *source,
                                      const struct fp_credential_query *query,
                                      struct fp_credential *ret, struct fp_error *err);
/** What a helper printed. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_helper_parse(const char *text, size_t len, const char *name,
                                        struct fp_credential *ret, struct fp_error *err);

/** Add "TYPE:NAME:ACTION,..." to a list, merging actions of the same resource; nonsense is left
 * out. */
void fp_scope_add(struct fp_strv *scopes, const char *scope);
/** Whether a token for `have` serves where `want` is needed. */
bool fp_scope_covers(const struct fp_strv *have, const struct fp_strv *want);

/** Seconds since 1970 of a time such as "2026-11-22T10:20:30.5+01:00" (RFC 3339); false: none. */
bool fp_parse_rfc3339(const char *text, int64_t *ret_s);

/** A token of the registry's token server. */
struct fp_token {
    struct fp_strv scopes;
    char *value;
    int64_t renew_ms; /**< monotonic: not used from then on */
};

/** An upload's Location as it was meant: proxies that end TLS or listen on a port of their own make
 * registries name the wrong scheme or leave the port out. Other hosts are left as they are. */
char *fp_location_repair(const char *base, char *take_location);

/** How blobs are uploaded; a registry that refuses one way is offered the next. */
enum fp_upload_mode {
    FP_UPLOAD_WHOLE,  /**< POST, PATCH with all of it, PUT */
    FP_UPLOAD_SINGLE, /**< POST, PUT with all of it */
    FP_UPLOAD_CHUNKS, /**< POST, PATCH piece by piece, PUT */
};

/** How a registry is asked whether it has a blob. */
enum fp_ask {
    FP_ASK_BOTH, /**< HEAD, and GET where that says nothing */
    FP_ASK_HEAD, /**< GET says nothing that HEAD does not say */
    FP_ASK_GET,  /**< HEAD says nothing, or what is not so */
};

struct fp_registry {
    struct fp_registry_options options;
    char *host; /**< as in the reference, Docker Hub's names made one */
    char *repository;
    char *name;
    char *namespace; /**< of what this is a mirror of; NULL: it is none */
    char *named_by;  /**< base of the registry that has redirected here; NULL: the user named it */
    bool is_plain_http_allowed;
    pthread_mutex_t lock; /**< of everything below */
    bool is_ready;        /**< `base` and the first challenge are known */
    char *base;           /**< "https://HOST"; does not change once is_ready */
    struct fp_challenge challenge;
    bool is_credential_known;
    struct fp_credential credential;
    struct fp_token tokens[FP_REGISTRY_MAX_TOKENS];
    size_t token_len;
    bool gets_manifests; /**< HEAD says nothing of them */
    enum fp_ask ask_blobs;
    struct fp_registry *elsewhere; /**< registries that this one redirects to */
    struct fp_registry *next;      /**< another one of those */
    bool is_pushing;               /**< tokens for pushing serve for everything from then on */
    enum fp_upload_mode upload_mode;
    uint64_t chunk_bytes;
    bool is_artifactory; /**< what is put by digest gets a folder of its own, which stays */
    bool drops_chunks;   /**< it says that it takes pieces, and loses them */
    struct fp_strv warned;
    struct fp_strv no_mounts; /**< repositories that nothing can be mounted from */
    struct fp_strv doubted;   /**< digests that HEAD says are there, and a refused manifest not */
    bool has_doubts;          /**< there are new ones */
};

/** HOST without its port; IPv6 addresses keep their brackets. The caller owns it. */
char *fp_host_without_port(const char *host);
/** Whether HOST[:PORT] or its host alone is in a list; NULL is an empty one. */
bool fp_host_is_listed(const struct fp_strv *hosts, const char *host);

/** Append a rule. */
void fp_mirrors_take(struct fp_mirrors *mirrors, struct fp_mirror take_mirror);
/** Whether it is HOST[:PORT][/PATH]. */
bool fp_mirror_place_is_valid(const char *place);

/** "/v2/..." of a manifest, asked for by `method` with all media types that are known.
 * @param no_retry One attempt only. FP_E_USAGE: neither tag nor digest. */
FP_CHECKED enum fp_code fp_registry_ask_manifest(struct fp_registry *registry, const char *method,
                                                 const char *reference_text, bool no_retry,
                                                 struct fp_http_response *response,
                                                 struct fp_error *err);
/** Whether it is a tag or a digest; FP_E_USAGE. */
FP_CHECKED enum fp_code fp_registry_check_reference(const char *reference_text,
                                                    struct fp_error *err);

/**
 * What a tag stands for, by the word of HEAD, or GET where that gives none; a registry that cannot
 * say (5xx) has nothing.
 * @param insist     Whether GET is asked too where HEAD says that there is nothing.
 * @param algorithm  Of the digest where it is computed.
 */
FP_CHECKED enum fp_code fp_registry_find_digest(struct fp_registry *registry,
                                                const char *reference_text,
                                                enum fp_hash_algorithm algorithm, bool insist,
                                                bool *ret_exists, struct fp_digest *ret,
                                                struct fp_error *err);

/** The registry that a GET or HEAD was redirected to, where it asks for a token or password of its
 * own (`status` is 401), to be asked there once more; NULL: none. Lives as long as `registry`. */
struct fp_registry *fp_registry_elsewhere(struct fp_registry *registry,
                                          const struct fp_http_response *response, int status);
/** Whom an answer is from: one of these, or `registry` itself. */
struct fp_registry *fp_registry_at(struct fp_registry *registry, const char *url);
/** The URL of whoever is answered for naming this registry's token server and its like. */
const char *fp_registry_named_by(const struct fp_registry *registry);

/** Find out, once, how the registry is spoken to: scheme and challenge. */
FP_CHECKED enum fp_code fp_registry_prepare(struct fp_registry *registry, struct fp_error *err);
/** GET a token for these scopes from the challenge's realm. Called with the lock held.
 * @param no_retry One attempt only. */
FP_CHECKED enum fp_code fp_token_fetch(struct fp_registry *registry, const struct fp_strv *scopes,
                                       bool no_retry, struct fp_token *ret, struct fp_error *err);
/** The token in the answer of a token server, and a new identity token for the registry where it
 * gives one. FP_E_INPUT: no JSON; FP_E_AUTH: no token that fp_token_is_clean(). */
FP_CHECKED enum fp_code fp_token_take_answer(struct fp_registry *registry,
                                             const struct fp_strv *scopes,
                                             const struct fp_http_response *response,
                                             struct fp_token *ret, struct fp_error *err);
void fp_token_clear(struct fp_token *token);
/** For how long a token with so much of its life left is used, so that no body is begun with less
 * than a minute; of short lives a third, and never so little that each request would renew it. */
int64_t fp_token_usable_s(int64_t left_s);
/** Whether it can go into a header. */
bool fp_token_is_clean(const char *text);
/** Look up the credentials, once. Called with the lock held. */
FP_CHECKED enum fp_code fp_registry_need_credential(struct fp_registry *registry,
                                                    struct fp_error *err);

/** The scopes of an operation: push (or what was needed before) first. */
void fp_registry_scopes(struct fp_registry *registry, bool push, struct fp_strv *scopes);
/** The value of Authorization for these scopes, or NULL. The caller owns it. */
FP_CHECKED enum fp_code fp_registry_authorize(struct fp_registry *registry,
                                              const struct fp_strv *scopes, char **ret,
                                              struct fp_error *err);
/** Have a token for these scopes, for a request that is not worth a second attempt.
 * @param unless_in Where `name` is in it, which is looked at when no other thread asks, nothing is
 *                  fetched.
 * @return FP_E_NOT_FOUND then; and what fp_registry_authorize() returns, `name` being noted. */
FP_CHECKED enum fp_code fp_registry_try_token(struct fp_registry *registry,
                                              const struct fp_strv *scopes,
                                              struct fp_strv *unless_in, const char *name,
                                              struct fp_error *err);
/** Take in a 401: the challenge, its scopes, and that `authorization` is no longer good.
 * @return false: there is nothing that could be done differently, or it is another host's answer.
 */
bool fp_registry_challenged(struct fp_registry *registry, const struct fp_http_response *response,
                            const char *authorization, struct fp_strv *scopes);
/** Send with authorisation, once more with a new one after a 401. request->url is absolute, or
 * begins with "/" and is below the registry. */
FP_CHECKED enum fp_code fp_registry_send(struct fp_registry *registry,
                                         struct fp_http_request *request, struct fp_strv *scopes,
                                         struct fp_http_response *response, struct fp_error *err);
/** "/v2/REPOSITORY/KIND/NAME", and of a mirror "?ns=" with what it is one of, as containerd asks
 * them: some serve several registries. The caller owns it. */
char *fp_registry_path(const struct fp_registry *registry, const char *kind, const char *name);
/** How many seconds there are for what says which image it is: a token, a manifest. 0: no bound of
 * its own. */
int fp_registry_patience_s(const struct fp_registry *registry);

/** Say what an answer that is no success means. */
FP_CHECKED enum fp_code fp_registry_refusal(struct fp_registry *registry, const char *method,
                                            const struct fp_http_response *response,
                                            struct fp_error *err);
/** After a request that failed because the registry asks for too long a pause: say what it limits.
 */
void fp_registry_explain_limit(struct fp_registry *registry, const char *method,
                               const struct fp_http_response *response, struct fp_error *err);
/** The server's own words: "CODE: message", cleaned, without secrets of ours; the status's name
 * where there are none. The caller owns it. */
char *fp_registry_words(struct fp_registry *registry, const struct fp_http_response *response);
/** Other words of a server: cleaned, without secrets of ours. The caller owns it. */
char *fp_registry_masked(struct fp_registry *registry, const char *text);
/** Those of a token server, whose answers may hold tokens: only the members error,
 * error_description, details and message. The caller owns it. */
char *fp_token_server_words(struct fp_registry *registry, const struct fp_http_response *response);
/** Whether the answer is a page for people, as those of proxies in front are. */
bool fp_registry_is_page(const struct fp_http_response *response);
/** Whether room is what the registry lacks: a full disk, a quota. */
bool fp_registry_is_full(const struct fp_http_response *response);
/** Whether an error's JSON has that code. */
bool fp_registry_has_code(const struct fp_http_response *response, const char *code);
/** Whether it is for the rate that a request was refused, or a pause is asked for: no answer was
 * lost, and no other request is welcome before the pause is over. */
bool fp_registry_asks_for_pause(const struct fp_http_response *response);
/** Whether a manifest was refused because blobs that it refers to are not there: it says so, or
 * names one of them. */
bool fp_registry_lacks_blobs(const struct fp_http_response *response, const char *manifest);
/** Doubt the blobs that such an answer to the PUT of `manifest` names; all of the manifest's where
 * it names none. @return Whether any of them was not doubted before. */
bool fp_registry_doubt(struct fp_registry *registry, const struct fp_http_response *response,
                       const char *manifest);
/** Hint at credentials. */
void fp_registry_hint_login(struct fp_registry *registry, struct fp_error *err);
/** Pass on "Warning: 299" headers, each once. */
void fp_registry_warnings(struct fp_registry *registry, const struct fp_http_response *response);

/** An upload of one blob under way. */
struct fp_upload {
    struct fp_registry *registry;
    const struct fp_descriptor *descriptor;
    const struct fp_blob *blob;
    struct fp_stage *stage;
    uint64_t stage_base; /**< what the stage had before */
    struct fp_strv scopes;
    char *location;                /**< of the open session; NULL: none */
    uint64_t offset;               /**< what the session has taken, as the registry says */
    uint64_t min_chunk;            /**< OCI-Chunk-Min-Length */
    uint64_t sent_bytes;           /**< in all attempts so far */
    struct fp_http_response asked; /**< URL and Retry-After of what asked for a pause */
    int digest_refusals;           /**< how often the registry found another digest */
    bool again;                    /**< a new session may do it */
    bool changed_mode;             /**< at once, without a pause */
};

/** Upload, whatever it takes. */
FP_CHECKED enum fp_code fp_upload_run(struct fp_upload *upload, struct fp_error *err);
/** Take the session from an answer's Location. */
FP_CHECKED enum fp_code fp_upload_take_location(struct fp_upload *upload,
                                                const struct fp_http_response *response,
                                                struct fp_error *err);
/** Send the bytes in the registry's mode. */
FP_CHECKED enum fp_code fp_upload_send(struct fp_upload *upload, struct fp_error *err);
/** Where the digest closes the session. The caller owns it. */
char *fp_upload_commit_url(const struct fp_upload *upload);
/** Close the session with the digest. */
FP_CHECKED enum fp_code fp_upload_commit(struct fp_upload *upload, struct fp_error *err);
/** What the commit's refusal means, or that of a body that commits. */
FP_CHECKED enum fp_code fp_upload_commit_refused(struct fp_upload *upload,
                                                 const struct fp_http_response *response,
                                                 struct fp_error *err);
/** Note that a new session may do what this answer refuses, unless its words say that it will last,
 * and how long it asks to wait. */
void fp_upload_try_again(struct fp_upload *upload, const struct fp_http_response *response);
/** Give the session up. */
void fp_upload_cancel(struct fp_upload *upload);
/** Show what is done in the stage. */
void fp_upload_show(struct fp_upload *upload, uint64_t done_bytes);

#endif

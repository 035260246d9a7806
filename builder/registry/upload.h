/**
 * @file
 * The upload of one blob.
 */
#ifndef BUILDER_REGISTRY_UPLOAD_H
#define BUILDER_REGISTRY_UPLOAD_H

#include "connection.h"

/** Correct an upload's Location. Behind proxies that end TLS or listen on a port of their own,
 * registries name the wrong scheme or omit the port. Other hosts are not changed. */
char *fp_location_repair(const char *base, char *take_location);

/** An upload of one blob under way. */
struct fp_upload {
    struct fp_registry *registry;
    const struct fp_descriptor *descriptor;
    const struct fp_blob *blob;
    struct fp_stage *stage;
    uint64_t stage_base; /**< the bytes that the stage had before */
    struct fp_strv scopes;
    char *location;                /**< of the open session; NULL: none */
    uint64_t offset;               /**< how many bytes the session has, as the registry says */
    uint64_t min_chunk;            /**< OCI-Chunk-Min-Length */
    uint64_t sent_bytes;           /**< in all attempts so far */
    struct fp_http_response asked; /**< URL and Retry-After of the answer that asked for a pause */
    int digest_refusals;           /**< how often the registry found another digest */
    bool is_spare;                 /**< the session was opened long before, and may be gone */
    bool is_used;                  /**< something was sent in the session */
    bool again;                    /**< a new session may succeed */
    bool changed_mode;             /**< at once, without a pause */
};

/** Upload, with as many sessions as it takes. */
FP_CHECKED enum fp_code fp_upload_run(struct fp_upload *upload, struct fp_error *err);
/** Begin a session, or take one that is open already. */
FP_CHECKED enum fp_code fp_upload_start(struct fp_upload *upload, struct fp_error *err);
/** Begin a new session. */
FP_CHECKED enum fp_code fp_upload_open(struct fp_upload *upload, struct fp_error *err);
/** Take a session that waits for a blob. False: there is none. */
bool fp_upload_take_spare(struct fp_upload *upload);
/** Let the session wait for another blob. False: enough of them wait. */
bool fp_upload_keep_spare(struct fp_upload *upload);
/** Give a session up, for which no other request is sent (no token, no second attempt).
 * @return Whether the registry answered. */
bool fp_upload_delete(struct fp_registry *registry, const char *location);
/** Forget the session, which can no longer be used. */
void fp_upload_forget(struct fp_upload *upload);
/** Take the session from an answer's Location. */
FP_CHECKED enum fp_code fp_upload_take_location(struct fp_upload *upload,
                                                const struct fp_http_response *response,
                                                struct fp_error *err);
/** Send the bytes in the registry's mode. */
FP_CHECKED enum fp_code fp_upload_send(struct fp_upload *upload, struct fp_error *err);
/** The URL that closes the session with the digest. The caller owns it. */
char *fp_upload_commit_url(const struct fp_upload *upload);
/** Close the session with the digest. */
FP_CHECKED enum fp_code fp_upload_commit(struct fp_upload *upload, struct fp_error *err);
/** Fail with the meaning of a refused commit, or of a refused body that commits. */
FP_CHECKED enum fp_code fp_upload_commit_refused(struct fp_upload *upload,
                                                 const struct fp_http_response *response,
                                                 struct fp_error *err);
/** Note that a new session may succeed after this refusal, unless its words say that the refusal
 * will last, and note the pause that it asks for. */
void fp_upload_try_again(struct fp_upload *upload, const struct fp_http_response *response);
/** Keep the session for another blob if nothing was sent in it, else cancel it. */
void fp_upload_cancel(struct fp_upload *upload);
/** Show what is done in the stage. */
void fp_upload_show(struct fp_upload *upload, uint64_t done_bytes);

#endif

/**
 * @file
 * The upload of one blob.
 */
#ifndef BUILDER_REGISTRY_UPLOAD_H
#define BUILDER_REGISTRY_UPLOAD_H

#include "connection.h"

/** An upload's Location as it was meant: proxies that end TLS or listen on a port of their own make
 * registries name the wrong scheme or leave the port out. Other hosts are left as they are. */
char *fp_location_repair(const char *base, char *take_location);

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
/** Begin a session. */
FP_CHECKED enum fp_code fp_upload_start(struct fp_upload *upload, struct fp_error *err);
/** Forget the session, which is of no use any more. */
void fp_upload_forget(struct fp_upload *upload);
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

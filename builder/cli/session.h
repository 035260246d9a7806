/**
 * @file
 * What the commands work with: the HTTP client, credentials, directories, and images by what they
 * are called on the command line.
 */
#ifndef FLINKPACK_CLI_SESSION_H
#define FLINKPACK_CLI_SESSION_H

#include "command.h"

/** Zero-initialise; release with fp_session_close(). */
struct fp_session {
    struct fp_build_context context; /**< for all rooms below; borrows what follows */
    struct fp_http *http;
    char *store;
    char *cache; /**< only fp_session_open_build() chooses one */
    struct fp_mirrors mirrors;
    struct fp_platform platform;
    const struct fp_platform *only; /**< --platform, which images for one platform have to be for
                                         and of others is chosen; NULL: all */
    struct fp_strv insecure;        /**< hosts of the options and of registries.conf */
};

/** Open with the options of a run, which are borrowed. Nothing is sent or written yet. */
FP_CHECKED enum fp_code fp_session_open(const struct fp_run *run, struct fp_session *ret,
                                        struct fp_error *err);
/** Likewise for what downloads more than images, and keeps that in the cache. */
FP_CHECKED enum fp_code fp_session_open_build(const struct fp_run *run, struct fp_session *ret,
                                              struct fp_error *err);
/** Likewise for what needs the local store only. */
FP_CHECKED enum fp_code fp_session_open_local(const struct fp_run *run, struct fp_session *ret,
                                              struct fp_error *err);
/** Likewise for what needs no directories, only registries. */
FP_CHECKED enum fp_code fp_session_open_remote(const struct fp_run *run, struct fp_session *ret,
                                               struct fp_error *err);
/** Release the members. */
void fp_session_close(struct fp_session *session);

/** Declare a session that is closed at the end of its scope. */
#define cleanup_session __attribute__((cleanup(fp_session_close)))

/** An image that is there. Zero-initialise; release with fp_found_clear(). */
struct fp_found {
    struct fp_location location;
    struct fp_repo *repo;
    struct fp_descriptor root;
    char *title;   /**< for messages and answers */
    char *name;    /**< REPO:TAG, or the name in a layout or archive; NULL: it has none */
    bool in_store; /**< it lies in the local store */
};

/** Where a name with a registry is looked for. Other locations say it themselves. */
enum fp_find_order {
    FP_FIND_STORE_FIRST, /**< in the local store, then in the registry */
    FP_FIND_STORE,       /**< in the local store only */
    FP_FIND_REGISTRY,    /**< in the registry only; short names that are not stored on Docker Hub */
};

/**
 * Find an image: any location of store.h.
 * @return FP_E_NOT_FOUND, also where it is an image for another platform than session->only, or
 * what the place fails with.
 */
FP_CHECKED enum fp_code fp_session_find(const struct fp_session *session, const char *text,
                                        enum fp_find_order order, struct fp_found *ret,
                                        struct fp_error *err);
/** Release the members. */
void fp_found_clear(struct fp_found *found);

/** Declare a struct fp_found that is cleared at the end of its scope. */
#define cleanup_found __attribute__((cleanup(fp_found_clear)))

/**
 * Fail because the local store does not have `name`, and say what to try.
 * @param text As the user wrote it.
 * @return FP_E_NOT_FOUND, or what reading the store fails with.
 */
FP_CHECKED enum fp_code fp_session_not_stored(const struct fp_session *session, const char *text,
                                              const char *name, struct fp_error *err);

/** A place that images are copied to. Zero-initialise; release with fp_target_clear(). */
struct fp_target {
    struct fp_location location;
    struct fp_repo *repo;
    struct fp_push *push; /**< once something was copied there */
    struct fp_strv names; /**< what the image is to be called there; may be empty */
    char *title;          /**< what is printed before '@' */
    bool one_of_several;  /**< it is copied to other places too: each line says where to */
};

/** Open the place that `text` names. Where it has no name in it, `name` is used; may be NULL. */
FP_CHECKED enum fp_code fp_session_target(const struct fp_session *session, const char *text,
                                          const char *name, struct fp_target *ret,
                                          struct fp_error *err);
/** Open the local store, under `name`; NULL: without a name. */
FP_CHECKED enum fp_code fp_session_store(const struct fp_session *session, const char *name,
                                         struct fp_target *ret, struct fp_error *err);
/** Release the members. */
void fp_target_clear(struct fp_target *target);

/** Declare a struct fp_target that is cleared at the end of its scope. */
#define cleanup_target __attribute__((cleanup(fp_target_clear)))

/**
 * Copy what was found.
 * @param before Where it was copied to before, to mount blobs from; may be NULL.
 */
FP_CHECKED enum fp_code fp_session_copy(const struct fp_session *session,
                                        const struct fp_found *from, struct fp_target *to,
                                        const struct fp_target *before,
                                        struct fp_digest *ret_digest, struct fp_error *err);

#endif

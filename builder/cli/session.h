/**
 * @file
 * A session gives the commands the HTTP client, credentials and directories, and finds the images
 * that the command line names.
 */
#ifndef FLINKPACK_CLI_SESSION_H
#define FLINKPACK_CLI_SESSION_H

#include "command.h"

/** The resources of a run. Zero-initialise; release with fp_session_close(). */
struct fp_session {
    struct fp_build_context context; /**< for the libraries; borrows the members below */
    struct fp_http *http;
    char *store;
    char *cache; /**< the directory; only fp_session_open_build() and fp_session_open_cache()
                      choose one */
    struct fp_cache *layers; /**< the cache there; NULL: there is none */
    struct fp_mirrors mirrors;
    struct fp_platform platform;
    const struct fp_platform *only; /**< --platform: an image for one platform has to match it, and
                                       an index is reduced to it; NULL: all */
    struct fp_strv insecure;        /**< hosts from the options and from registries.conf */
};

/** Open with the options of a run, which are borrowed. Nothing is sent or written yet. */
FP_CHECKED enum fp_code fp_session_open(const struct fp_run *run, struct fp_session *ret,
                                        struct fp_error *err);
/** Likewise, with a cache, for commands that also download other files than images. */
FP_CHECKED enum fp_code fp_session_open_build(const struct fp_run *run, struct fp_session *ret,
                                              struct fp_error *err);
/** Likewise, for commands that need only the cache, which has to be usable. */
FP_CHECKED enum fp_code fp_session_open_cache(const struct fp_run *run, struct fp_session *ret,
                                              struct fp_error *err);
/** Open the cache of an open session if there is one, for what it may know: it is no failure, and
 * nothing is said, if not. */
void fp_session_look_into_cache(const struct fp_run *run, struct fp_session *session);
/** Likewise, for commands that need only the local store. */
FP_CHECKED enum fp_code fp_session_open_local(const struct fp_run *run, struct fp_session *ret,
                                              struct fp_error *err);
/** Likewise, for commands that need only registries and no directories. */
FP_CHECKED enum fp_code fp_session_open_remote(const struct fp_run *run, struct fp_session *ret,
                                               struct fp_error *err);
/** Release the members. */
void fp_session_close(struct fp_session *session);

/** Declare a session that is closed at the end of its scope. */
#define cleanup_session __attribute__((cleanup(fp_session_close)))

/** An image that was found. Zero-initialise; release with fp_found_clear(). */
struct fp_found {
    struct fp_location location;
    struct fp_repo *repo;
    struct fp_descriptor root;
    char *title;   /**< for messages and output */
    char *name;    /**< REPO:TAG, or the name in a layout or archive; NULL: it has none */
    bool in_store; /**< the image is in the local store */
};

/** Where an image name is looked up. Other locations already say where the image is. */
enum fp_find_order {
    FP_FIND_STORE_FIRST, /**< in the local store, then in the registry */
    FP_FIND_STORE,       /**< in the local store only */
    FP_FIND_REGISTRY,    /**< in the registry only; short names not in the store mean Docker Hub */
};

/**
 * Find an image at any location that store.h defines.
 * @return FP_E_NOT_FOUND, also if the image is for another platform than session->only, or the
 * error of the location.
 */
FP_CHECKED enum fp_code fp_session_find(const struct fp_session *session, const char *text,
                                        enum fp_find_order order, struct fp_found *ret,
                                        struct fp_error *err);
/** Release the members. */
void fp_found_clear(struct fp_found *found);

/** Declare a struct fp_found that is cleared at the end of its scope. */
#define cleanup_found __attribute__((cleanup(fp_found_clear)))

/**
 * Fail because the local store does not have `name`, with a hint what to try.
 * @param text The name as the user wrote it.
 * @return FP_E_NOT_FOUND, or the error of reading the store.
 */
FP_CHECKED enum fp_code fp_session_not_stored(const struct fp_session *session, const char *text,
                                              const char *name, struct fp_error *err);

/** A destination of images. Zero-initialise; release with fp_target_clear(). */
struct fp_target {
    struct fp_location location;
    struct fp_repo *repo;
    struct fp_push *push; /**< set after something was copied there */
    struct fp_strv names; /**< the names of the image there; may be empty */
    char *title;          /**< the text that is printed before '@' */
    bool one_of_several;  /**< there are more destinations, so each line names its own */
};

/** Open the destination `text`. If it contains no image name, `name` is used, which may be NULL. */
FP_CHECKED enum fp_code fp_session_target(const struct fp_session *session, const char *text,
                                          const char *name, struct fp_target *ret,
                                          struct fp_error *err);
/** Open the local store as a destination for an image called `name`; NULL: without a name. */
FP_CHECKED enum fp_code fp_session_store(const struct fp_session *session, const char *name,
                                         struct fp_target *ret, struct fp_error *err);
/** Release the members. */
void fp_target_clear(struct fp_target *target);

/** Declare a struct fp_target that is cleared at the end of its scope. */
#define cleanup_target __attribute__((cleanup(fp_target_clear)))

/**
 * Copy an image that was found.
 * @param before An earlier destination, used as mount source of blobs; may be NULL.
 * @param ret    What the names stand for there. Clear with fp_descriptor_clear().
 */
FP_CHECKED enum fp_code fp_session_copy(const struct fp_session *session,
                                        const struct fp_found *from, struct fp_target *to,
                                        const struct fp_target *before, struct fp_descriptor *ret,
                                        struct fp_error *err);

#endif

/**
 * @file
 * Base images: the catalogue of base-images/, which is compiled in, and the facts that are read
 * from a base's layers.
 */
#ifndef FLINKPACK_BASE_H
#define FLINKPACK_BASE_H

#include "flinkpack/base/facts.h"

/** An entry of the catalogue, base-images/NAME.json. Release with fp_base_entry_clear(). */
struct fp_base_entry {
    char *name;
    char *reference; /**< "docker.io/library/eclipse-temurin:17-jre"; NULL if made of packages */
    struct fp_strv packages;     /**< Alpine packages: "musl", "openjdk17-jre-headless" */
    struct fp_strv repositories; /**< the repositories of these packages */
    json_t *keys;                /**< their signing keys, {NAME: PEM TEXT}; may be NULL */
    char *libc;                  /**< "glibc" or "musl" */
    unsigned java;               /**< major version: 8, 11, 17, 21 */
    json_t *digests; /**< object "linux/amd64" -> pinned manifest digest; may be empty */
    json_t *facts;   /**< object "linux/amd64" -> what fp_base_entry_facts() reads; NULL: none */
    char *description;
};

/**
 * Look up NAME.json in `folders`, in order, then in the compiled-in catalogue, and validate it
 * against the schema.
 * @return FP_OK; FP_E_NOT_FOUND, which lists the known names; FP_E_INPUT if the file is invalid.
 */
FP_CHECKED enum fp_code fp_base_find(const struct fp_strv *folders, const char *name,
                                     struct fp_base_entry *ret, struct fp_error *err);
/** Check that the directories of --base-images exist. Fails with FP_E_NOT_FOUND. */
FP_CHECKED enum fp_code fp_base_check_directories(const struct fp_strv *directories,
                                                  struct fp_error *err);
/** List all names in `folders` and in the compiled-in catalogue, sorted, without duplicates. A
 * missing directory is skipped. Fails with FP_E_IO, or FP_E_INPUT for more than 1000 names. */
FP_CHECKED enum fp_code fp_base_list(const struct fp_strv *folders, struct fp_strv *ret,
                                     struct fp_error *err);
/** Returns the name of a base with Java `java`, or else with the next later version; NULL if there
 * is none. The caller owns it. */
char *fp_base_for_java(const struct fp_strv *folders, unsigned java);
/** Release the members. */
void fp_base_entry_clear(struct fp_base_entry *entry);

/** The most bytes of packed facts, before base64. */
#define FP_BASE_PACKED_MAX_BYTES ((size_t) 1 << 20)

/**
 * Facts as a word for an entry of the catalogue, with the diff_ids that they are of.
 * @param facts Whole facts, of the layers of `config`.
 * @return The caller owns it. NULL: a base with more files than an entry holds.
 */
char *fp_base_facts_pack(const struct fp_base_facts *facts, const struct fp_config *config);
/**
 * Get the facts of an image from the entry that pins it, so that none of its layers is read. Like
 * the digests beside them, they are what whoever wrote the entry vouches for.
 *
 * @param platform  The platform that the entry pins: "linux/amd64".
 * @param config    The configuration of that image. Facts of other diff_ids are not used.
 * @param env       As for fp_base_inspect(); bash and Java are found by it anew.
 * @param ret       Whole facts, if `*ret_found`.
 * @return FP_OK, or FP_E_INPUT, which names the entry: the facts are damaged.
 */
FP_CHECKED enum fp_code fp_base_entry_facts(const struct fp_base_entry *entry, const char *platform,
                                            const struct fp_config *config, const json_t *env,
                                            struct fp_base_facts *ret, bool *ret_found,
                                            struct fp_error *err);

/** An account to add. Everything is borrowed. */
struct fp_account {
    const char *name; /**< "flink" */
    unsigned uid;
    unsigned gid;
    const char *home; /**< "/opt/flink" */
    int64_t epoch_s;  /**< gives the day of the last change in shadow */
};
/**
 * Add an account to the texts of passwd, group and shadow, by Alpine's conventions if the base's
 * os_id is "alpine", else by Debian's. A base without accounts also gets root. If the gid is below
 * 1000 and exists (root, users), the account joins that group. Existing lines are never changed,
 * and an account that is there already is not added again.
 * @param ret_shadow  Receives NULL if the base has no shadow; the caller owns all three texts.
 * @param ret_changed Whether any of the texts differs from the base's.
 * @return FP_OK, or FP_E_INPUT if the name, uid or gid belongs to another account or group.
 */
FP_CHECKED enum fp_code fp_base_add_account(const struct fp_base_facts *facts,
                                            const struct fp_account *account, char **ret_passwd,
                                            char **ret_group, char **ret_shadow, bool *ret_changed,
                                            struct fp_error *err);
/**
 * Give the uid of `account` a name in passwd and shadow, because Java's login module, and so
 * Hadoop, fails for a user without one. The name is that of `account`, with "-UID" appended if the
 * base has another user of that name. If the uid has a name already, nothing changes.
 *
 * @param ret_shadow Receives NULL if the base has no shadow; the caller owns both texts.
 * @return Whether the texts differ from the base's. If they do not, nothing is stored.
 */
bool fp_base_name_user(const struct fp_base_facts *facts, const struct fp_account *account,
                       char **ret_passwd, char **ret_shadow);
/**
 * The value of KEY=VALUE in a text of such lines (os-release, the release file of a Java), with
 * quotes and backslashes removed as by a shell. The last line with the key counts. The caller owns
 * it; NULL: there is none.
 */
char *fp_assignment_value(const char *text, const char *key);

#endif

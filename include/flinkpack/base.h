/**
 * @file
 * Base images: the catalogue of base-images/, which is compiled in, and what a base's layers say of
 * it.
 */
#ifndef FLINKPACK_BASE_H
#define FLINKPACK_BASE_H

#include "flinkpack/store.h"

/** An entry of the catalogue: base-images/NAME.json. Owned strings; fp_base_entry_clear(). */
struct fp_base_entry {
    char *name;
    char *reference; /**< "docker.io/library/eclipse-temurin:17-jre"; NULL: made of packages: */
    struct fp_strv packages;     /**< of Alpine: "musl", "openjdk17-jre-headless" */
    struct fp_strv repositories; /**< where they come from */
    json_t *keys;                /**< object of key names -> PEM text: who signs them; or NULL */
    char *libc;                  /**< "glibc" or "musl" */
    unsigned java;               /**< major version: 8, 11, 17, 21 */
    json_t *digests; /**< object "linux/amd64" -> pinned manifest digest; may be empty */
    char *description;
};

/**
 * Look up NAME.json in `folders` (searched in order), then in what is compiled in; validated
 * against the schema.
 * @return FP_E_NOT_FOUND listing the names that there are; FP_E_INPUT for a bad file.
 */
FP_CHECKED enum fp_code fp_base_find(const struct fp_strv *folders, const char *name,
                                     struct fp_base_entry *ret, struct fp_error *err);
/** The directories of --base-images are there; else FP_E_NOT_FOUND. */
FP_CHECKED enum fp_code fp_base_check_directories(const struct fp_strv *directories,
                                                  struct fp_error *err);
/** All names in `folders` and of what is compiled in, sorted, each once. FP_E_IO; FP_E_INPUT for
 * more than a thousand. A directory that is not there is passed over. */
FP_CHECKED enum fp_code fp_base_list(const struct fp_strv *folders, struct fp_strv *ret,
                                     struct fp_error *err);
/** The name of a base with Java `java`, or the next one that there is; NULL: none. The caller owns
 * it. */
char *fp_base_for_java(const struct fp_strv *folders, unsigned java);
/** Release the members. */
void fp_base_entry_clear(struct fp_base_entry *entry);

/** What the layers of a base say. Owned; release with fp_base_facts_clear(). */
struct fp_base_facts {
    struct fp_tree *tree; /**< every path of the base: mode, owner, links, xattrs */
    char *passwd;         /**< content of etc/passwd; NULL: there is none */
    char *group;
    char *shadow;
    char *os_id;               /**< ID of os-release: "debian", "alpine"; NULL */
    char *os_version;          /**< VERSION_ID; NULL */
    char *os_name;             /**< PRETTY_NAME; NULL */
    const char *architecture;  /**< that its programs are for, "amd64"; NULL: not known. Static */
    bool musl;                 /**< whether a musl loader is there and no glibc one */
    bool has_bash;             /**< bash is found on PATH */
    struct fp_strv java_homes; /**< wherever a bin/java lies; sorted */
    char *java_home;           /**< JAVA_HOME where it holds a java, else that of the java on PATH,
                                    else the only one: "/opt/java/openjdk"; NULL: no such,
                                     or not where `env` says */
    unsigned java;             /**< its major version; 0: not known */
    char *java_version;        /**< "17.0.15" as its release file says, else JAVA_VERSION; NULL */
};

/**
 * Read all layers of a base, bottom first, each once and verified against its diff_id.
 *
 * @param blobs     One a layer, bottom first; borrowed.
 * @param config    For PATH and JAVA_HOME, and the diff_ids.
 * @param env       Variables that will go before those of `config`: name to value; or NULL.
 * @param max_bytes Inflated bytes of the whole base, beyond is FP_E_INPUT.
 * @return FP_OK, FP_E_VERIFY (another diff_id), FP_E_INPUT, or what opening a blob fails with.
 */
FP_CHECKED enum fp_code fp_base_inspect(struct fp_blob *const *blobs, size_t blob_count,
                                        const struct fp_config *config, const json_t *env,
                                        uint64_t max_bytes, struct fp_reporter *reporter,
                                        struct fp_base_facts *ret, struct fp_error *err);
/** Release the members. */
void fp_base_facts_clear(struct fp_base_facts *facts);

/** An account to add. Everything is borrowed. */
struct fp_account {
    const char *name; /**< "flink" */
    unsigned uid;
    unsigned gid;
    const char *home; /**< "/opt/flink" */
    int64_t epoch_s;  /**< for shadow's day of change */
};
/**
 * The text of passwd, group and shadow with the account `name` uid:gid added by the base's own
 * conventions: Alpine's where its os_id is "alpine", else Debian's. An equal entry gives
 * `*ret_changed` false. A base without accounts gets root beside it. A gid below 1000 that exists
 * is joined as it is (root, users). Lines that are there are never changed.
 *
 * @param ret_shadow  NULL where the base has no shadow; the caller owns all three texts.
 * @param ret_changed Whether any of the texts is another than the base's.
 * @return FP_E_INPUT when the name or the number is taken by something else.
 */
FP_CHECKED enum fp_code fp_base_add_account(const struct fp_base_facts *facts,
                                            const struct fp_account *account, char **ret_passwd,
                                            char **ret_group, char **ret_shadow, bool *ret_changed,
                                            struct fp_error *err);
/**
 * The text of passwd and shadow with a name for the uid of `account`: Java's login module, and so
 * Hadoop, fails for a user without one. The name is that of `account`, or with "-UID" behind it
 * where the base has another user of that name. Where the uid has a name nothing changes.
 *
 * @param ret_shadow NULL where the base has no shadow; the caller owns both texts.
 * @return Whether the texts are others than the base's.
 */
bool fp_base_name_user(const struct fp_base_facts *facts, const struct fp_account *account,
                       char **ret_passwd, char **ret_shadow);

#endif

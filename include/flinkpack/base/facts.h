/**
 * @file
 * What the layers of a base say of it, and how that is told to later builds, which do not read the
 * layers again.
 */
#ifndef FLINKPACK_BASE_FACTS_H
#define FLINKPACK_BASE_FACTS_H

#include "flinkpack/store.h"

/** The facts that the layers of a base state. Release with fp_base_facts_clear(). */
struct fp_base_facts {
    struct fp_tree *tree; /**< every path of the base: mode, owner, links, xattrs */
    char *passwd;         /**< content of etc/passwd; NULL if there is none */
    char *group;
    char *shadow;
    char *os_id;               /**< ID of os-release: "debian", "alpine"; may be NULL */
    char *os_version;          /**< VERSION_ID; may be NULL */
    char *os_name;             /**< PRETTY_NAME; may be NULL */
    const char *architecture;  /**< that of its programs, "amd64"; NULL if not known. Static */
    bool musl;                 /**< the base has a musl loader and no glibc loader */
    bool has_bash;             /**< bash is found on PATH */
    struct fp_strv java_homes; /**< all directories that contain bin/java, sorted */
    char *java_home;           /**< JAVA_HOME if it has a java, else the home of the java on PATH,
                                    else the only one: "/opt/java/openjdk"; NULL if there is none,
                                    or none where `env` says */
    unsigned java;             /**< its major version; 0 if not known */
    char *java_version;        /**< "17.0.15" from its release file, or JAVA_VERSION; or NULL */
    json_t *texts;   /**< small files by their real path, as fp_base_text() reads them: accounts,
                          what apk and dpkg know, Flink's settings. Others are read from the
                          layers. NULL in an outline */
    bool is_outline; /**< see fp_base_facts_outline(): the tree is not whole, and there are no
                          accounts */
};

/**
 * Read each layer of a base once, bottom first, and verify it against its diff_id.
 *
 * @param blobs     One blob for each layer, bottom first; borrowed.
 * @param config    Provides PATH, JAVA_HOME and the diff_ids.
 * @param env       An object of variables that override those of `config`; may be NULL.
 * @param max_bytes The limit of the base's uncompressed size; a larger base is FP_E_INPUT.
 * @return FP_OK, FP_E_VERIFY if a diff_id differs, FP_E_INPUT, or the error of opening a blob.
 */
FP_CHECKED enum fp_code fp_base_inspect(struct fp_blob *const *blobs, size_t blob_count,
                                        const struct fp_config *config, const json_t *env,
                                        uint64_t max_bytes, struct fp_reporter *reporter,
                                        struct fp_base_facts *ret, struct fp_error *err);
/**
 * Find bash and Java again, in whole facts that were read with other variables.
 * @param config Provides PATH, JAVA_HOME and JAVA_VERSION.
 * @param env    As for fp_base_inspect().
 */
void fp_base_facts_adapt(struct fp_base_facts *facts, const struct fp_config *config,
                         const json_t *env);
/** Release the members. */
void fp_base_facts_clear(struct fp_base_facts *facts);
/** Declare facts that are cleared at the end of their scope. */
#define cleanup_base_facts __attribute__((cleanup(fp_base_facts_clear)))

/**
 * The content of a small file that the facts have.
 * @param path The path without links: that of an entry of the tree.
 * @param ret  Gets the content.
 * @return Whether they have it. If not, the layers have to be read.
 */
bool fp_base_text(const struct fp_base_facts *facts, const char *path, struct fp_buf *ret);

/** Part of every key and text of facts; increase it whenever the same layers give other facts. */
#define FP_BASE_FACTS_LAYOUT 1

/**
 * A key by which the facts of a base are known before its layers are read: the SHA-256 of platform,
 * diff_ids, the variables that the facts depend on, and FP_BASE_FACTS_LAYOUT.
 * @param env As for fp_base_inspect().
 */
void fp_base_facts_key(const struct fp_platform *platform, const struct fp_config *config,
                       const json_t *env, char ret_hex[FP_HASH_HEX_MAX]);
/** The most bytes of tree and texts that are told: what a record of the cache holds. */
#define FP_BASE_FACTS_MAX_BYTES FP_TREE_TEXT_MAX_BYTES

/** Facts as JSON, whole or an outline. Equal facts give equal canonical JSON. A new reference; NULL
 * if they are larger than FP_BASE_FACTS_MAX_BYTES, so that the base is read each time. */
json_t *fp_base_facts_json(const struct fp_base_facts *facts);
/**
 * Read facts from somebody else. They are claims: only their form is checked, so that whatever
 * reads them stays within its limits.
 * @param title For errors.
 * @return FP_OK, or FP_E_INPUT: damaged, or of another layout.
 */
FP_CHECKED enum fp_code fp_base_facts_parse(const json_t *value, const char *title,
                                            struct fp_base_facts *ret, struct fp_error *err);
/**
 * The few facts of a base that are enough to check whether Flink and a job go with it, to recognise
 * its Flink, to make its labels, and to put the layer of a job on it: all but accounts and texts,
 * and of the tree some hundred entries: the watched paths (see fp_base_has_library()), Flink's home
 * with the names in lib/, usrlib/ and plugins/, and the links and directories on the way. Whatever
 * is asked about these has the same answer as in the whole tree.
 *
 * @param full Whole facts.
 * @param tree Its tree, or that tree with more layers on it.
 * @param home Flink's home: "/opt/flink".
 */
void fp_base_facts_outline(const struct fp_base_facts *full, const struct fp_tree *tree,
                           const char *home, struct fp_base_facts *ret);

/**
 * Whether the base has a library in one of the directories that every loader looks into.
 * @param file One of those that outlines watch: "libstdc++.so.6", "libgcc_s.so.1",
 *             "libgcompat.so.0", or a loader such as "ld-linux-x86-64.so.2". Another name is a
 *             defect, which stops a debug build; a new check adds its file to watch.c.
 */
bool fp_base_has_library(const struct fp_base_facts *facts, const char *file);
/**
 * List the names in a part of Flink's home, where its links lead.
 * @param tree Of a base, perhaps with layers on it, or of an outline.
 * @param home "/opt/flink".
 * @param part "lib", "usrlib", "plugins", or a directory of plugins. Outlines do not list others,
 *             so that asking for one is a defect, which stops a debug build.
 */
void fp_base_home_names(const struct fp_tree *tree, const char *home, const char *part,
                        struct fp_strv *ret);
/** Whether the base has jemalloc where the entrypoint looks for it on a machine: "x86_64". */
bool fp_base_has_jemalloc(const struct fp_base_facts *facts, const char *machine);
/** The directory with apk's database, if there is a file "installed" in it: "lib/apk/db". NULL: the
 * base does not use apk. Static. */
const char *fp_base_apk_directory(const struct fp_tree *tree);

#endif

/* Finds the Java of a base and its version. */
#include "internal.h"

#include <ctype.h>
#include <string.h>

/* The prefixes of Java's directory names, before the version. */
static const char *const folder_prefixes[] = {"java-",    "jdk-",  "jre-", "openjdk-",
                                              "temurin-", "zulu-", "jdk",  "jre"};

/* Returns 17 for "17.0.15" and 8 for "1.8.0_412"; 0 if the text has no such number. */
static unsigned major_of(const char *version)
{
    if (strncmp(version, "1.", 2) == 0)
        version += 2;
    unsigned major = 0;
    for (; isdigit((unsigned char) *version) && major < 100; version++)
        major = major * 10 + (unsigned) (*version - '0');
    return major >= 5 && major < 100 ? major : 0;
}

/* Parses names such as "java-17-openjdk-amd64", "java-1.8-openjdk" and "jdk-17.0.2". */
static unsigned major_of_folder(const char *name)
{
    for (size_t i = 0; i < sizeof(folder_prefixes) / sizeof(folder_prefixes[0]); i++) {
        size_t len = strlen(folder_prefixes[i]);
        if (strncmp(name, folder_prefixes[i], len) == 0 && major_of(name + len) > 0)
            return major_of(name + len);
    }
    return 0;
}

/* Returns the part of a path before its last '/', or "" for a path in the root. */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return fp_xstrndup(path, slash != NULL ? (size_t) (slash - path) : 0);
}

/* Returns the directory two levels above a program ".../bin/java". */
static char *home_of_program(const struct fp_entry *program)
{
    cleanup_free char *bin = parent_of(program->path);
    if (strcmp(fp_path_base(bin), "bin") != 0)
        return NULL;
    cleanup_free char *home = parent_of(bin);
    return fp_xasprintf("/%s", home);
}

/* Lists all homes, because imported images and root file systems have lost the variables that name
 * the home. A JDK 8 has a second home in its jre/. */
void fp_java_homes(const struct fp_strv *javas, const struct fp_tree *tree, struct fp_strv *ret)
{
    for (size_t i = 0; i < javas->len; i++) {
        const char *path = javas->items[i];
        cleanup_free char *home =
            fp_is_program(tree, path) ? home_of_program(fp_tree_resolve(tree, path)) : NULL;
        if (home != NULL && !fp_strv_has(ret, home))
            fp_strv_add(ret, home);
    }
    fp_strv_sort(ret);
}

static char *find_home(const struct fp_tree *tree, const struct variables *variables,
                       const struct fp_strv *homes)
{
    cleanup_free char *stated = fp_variables_get(variables, "JAVA_HOME");
    if (stated != NULL && stated[0] == '/') {
        cleanup_free char *program = fp_path_join(stated, "bin/java");
        if (fp_is_program(tree, program))
            return steal_pointer(&stated);
    }
    /* The user's JAVA_HOME is final, because later layers may add the Java that it names. */
    const char *asked = fp_json_string(variables->env, "JAVA_HOME");
    if (asked != NULL && asked[0] != '\0')
        return NULL;
    const struct fp_entry *program = fp_program_find(tree, variables, "java");
    if (program != NULL)
        return home_of_program(program);
    /* Without JAVA_HOME, Flink's scripts use only the java on PATH. */
    if (asked != NULL)
        return NULL;
    cleanup_free char *jre = homes->len > 0 ? fp_path_join(homes->items[0], "jre") : NULL;
    bool is_only = homes->len == 1 || (homes->len == 2 && strcmp(homes->items[1], jre) == 0);
    return is_only ? fp_xstrdup(homes->items[0]) : NULL;
}

static char *version_in(const struct fp_base_facts *facts, const char *home)
{
    cleanup_free char *path = fp_path_join(home, "release");
    cleanup_free char *release = fp_facts_text(facts, path);
    return release != NULL ? fp_assignment_value(release, "JAVA_VERSION") : NULL;
}

/* Reads the home's release file, or that of the JDK if the home is its jre/ (Java 8). */
static char *version_of_release(const struct fp_base_facts *facts, const char *home)
{
    char *version = version_in(facts, home);
    if (version != NULL || strcmp(fp_path_base(home), "jre") != 0)
        return version;
    cleanup_free char *parent = parent_of(home);
    return version_in(facts, parent);
}

/* Parses the forms of JAVA_VERSION in Java images: "jdk-17.0.15+6", "jdk8u412-b08", "8u212". */
static char *version_of_env(const struct variables *variables)
{
    cleanup_free char *value = fp_variables_get(variables, "JAVA_VERSION");
    if (value == NULL)
        return NULL;
    const char *version = value;
    if (strncmp(version, "jdk", 3) == 0)
        version += version[3] == '-' ? 4 : 3;
    return fp_xstrndup(version, strcspn(version, "+"));
}

/* Takes the version from the innermost directory of the home whose name states one. */
static unsigned major_of_home(const struct fp_tree *tree, const char *home)
{
    const struct fp_entry *real = fp_tree_resolve(tree, home);
    cleanup_strv struct fp_strv names = {0};
    fp_strv_split(&names, real != NULL ? real->path : home, '/');
    for (size_t i = names.len; i > 0; i--) {
        unsigned major = major_of_folder(names.items[i - 1]);
        if (major > 0)
            return major;
    }
    return 0;
}

void fp_java_find(const struct variables *variables, struct fp_base_facts *facts)
{
    facts->java_home = find_home(facts->tree, variables, &facts->java_homes);
    if (facts->java_home == NULL)
        return;
    facts->java_version = version_of_release(facts, facts->java_home);
    if (facts->java_version == NULL)
        facts->java_version = version_of_env(variables);
    if (facts->java_version != NULL)
        facts->java = major_of(facts->java_version);
    if (facts->java == 0)
        facts->java = major_of_home(facts->tree, facts->java_home);
}

/* The options of build. */
#include <string.h>

#include "table.h"

bool fp_is_assignment(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    size_t first = strspn(text, letters);
    const char *equals = strchr(text, '=');
    if (first == 0 || equals == NULL)
        return false;
    for (const char *p = text + first; p < equals; p++) {
        if (strchr(letters, *p) == NULL && (*p < '0' || *p > '9'))
            return false;
    }
    return true;
}

static bool is_pair(const char *text)
{
    const char *equals = strchr(text, '=');
    return equals != NULL && equals != text;
}

static const struct fp_option flink_options[] = {
    FP_FLAG("from-release", build.from_release, CONTENT,
            "download an Apache release and verify it; needs --flink-version", .rivals = "flink"),
    FP_OPTION(TEXT, "from-archive", "FILE", build.from_archive, CONTENT,
              "a distribution's archive: .tgz, .tar, .tar.zst or .tar.xz", .rivals = "flink"),
    FP_OPTION(OPTIONAL, "from-local-dist", "DIR", build.local_dist, CONTENT,
              "a distribution's folder; without DIR the one that was built in Flink's source tree, "
              "here or in a parent folder",
              .flag_offset = offsetof(struct fp_args, build.from_local_dist), .rivals = "flink"),
    FP_OPTION(TEXT, "from-image", "IMAGE", build.from_image, SOURCE,
              "an image that has Flink already, of ours or the official one; only the job is added",
              .listed_by = FP_LISTED_IMAGES, .rivals = "flink"),
    FP_OPTION(TEXT, "flink-version", "VERSION", build.flink_version, CONTENT,
              "the release, such as 1.20.4 or 2.2.0; of another source, what it has to hold",
              .with = "from-release"),
    FP_OPTION(TEXT, "scala-version", "VERSION", build.scala_version, CONTENT,
              "2.11 or 2.12, where the release comes in several", .with = "from-release",
              .fallback = "the release's own"),
    FP_OPTION(TEXT, "hadoop-version", "VERSION", build.hadoop_version, CONTENT,
              "such as 2.8: the release's Hadoop variant, from 1.8 on the shaded Hadoop jar",
              .with = "from-release", .fallback = "without Hadoop"),
    FP_OPTION(COMMAS, "flink-mirror", "URL", build.flink_mirrors, SOURCE,
              "where to look first for releases; the checksum never comes from there",
              .with = "from-release", .fallback = "dlcdn.apache.org, then archive.apache.org"),
    FP_OPTION(TEXT, "flink-checksum", "SUM", build.flink_checksum, SOURCE,
              "sha512:HEX, or the file or URL of a .sha512; of --from-archive too",
              .with = "from-release", .fallback = "downloads.apache.org"),
    FP_FLAG(
        "require-signature", build.require_signature, SOURCE,
        "the archive has to be signed by a release manager of Apache Flink (OpenPGP), whose key "
        "goes into the lock; librnp has to be installed"),
    FP_OPTION(TEXT, "flink-keys", "FILE", build.flink_keys, SOURCE,
              "the keys that may have signed it; requires a signature",
              .fallback = "Apache's KEYS"),
    FP_OPTION(TEXT, "maven-repository", "URL", build.maven_repository, SOURCE,
              "where the shaded Hadoop jar comes from", .with = "from-release",
              .fallback = "Maven Central"),
    FP_OPTION(COMMAS, "insecure-http", "HOST[:PORT]", plain_http, SOURCE,
              "a host whose releases, checksums and jars may come over plain HTTP",
              .with = "from-release", .is_valid = fp_is_host, .fallback = "this machine"),
};

/* The hint for an empty value, which a script gives if its variable is not set. */
#define WITHOUT_JOB "leave it out for a session image"

static const struct fp_option job_options[] = {
    FP_OPTION(LIST, "job-jar", "FILE", build.job_jars, CONTENT,
              "the job's jar; without any the image is for session clusters",
              .if_empty = WITHOUT_JOB),
    FP_OPTION(COMMAS, "job-artifacts", "FILE,FILE", build.job_artifacts, CONTENT,
              "the job's jars and other files; a file that is there is taken whole, commas and all",
              .flags = FP_OPTION_FILES, .if_empty = WITHOUT_JOB),
    FP_OPTION(TEXT, "job-classname", "CLASS", build.job_classname, CONTENT, "the job's class",
              .fallback = "the jar's manifest"),
};

static const struct fp_option with_options[] = {
    FP_OPTION(LIST, "lib", "FILE", build.libs, CONTENT, "a jar for Flink's lib/"),
    FP_OPTION(LIST, "plugin", "NAME[=FILE,...]", build.plugins, CONTENT,
              "a plugin out of the distribution's opt/, such as s3-fs-hadoop, or of these jars"),
    FP_OPTION(MAP, "conf", "KEY=VALUE|FILE", build.conf, CONTENT,
              "a key of Flink's configuration, or a file of such keys"),
    FP_OPTION_ADD,
    FP_FLAG("slim", build.slim, CONTENT, "leave out opt/ and examples/, but for what was asked for",
            .with = "!from-image"),
};

static const struct fp_option package_options[] = {
    FP_FLAG("with-python3", build.with_python3, CONTENT,
            "Python 3 from the base's own repositories, and Flink's jar for it"),
    FP_OPTION(LIST, "package", "NAME", build.packages, CONTENT,
              "a package for an Alpine base, such as tzdata or curl>=8; other bases must have it"),
};

static const struct fp_option package_source_options[] = {
    FP_OPTION(LIST, "repository", "URL|DIR", build.repositories, SOURCE,
              "one more Alpine repository: https://[USER:PASSWORD@]HOST/alpine/v3.20/main, or a "
              "directory's absolute path",
              .fallback = "those of the base"),
    FP_OPTION(LIST, "key", "FILE", build.keys, SOURCE,
              "a public key that signs repositories, named as its signatures name it",
              .fallback = "those of the base"),
    FP_OPTION(TEXT, "apk-mirror", "URL", build.apk_mirror, SOURCE,
              "where the base's repositories are fetched from instead: what stands before /vX.Y/",
              .fallback = "the server that the base names"),
    FP_OPTION_MUSL_NATIVES,
    FP_FLAG("strict", build.strict, CONTENT,
            "fail where a package has a script that would have to be run, instead of warning"),
};

static const struct fp_option on_options[] = {
    FP_OPTION(TEXT, "base", "NAME|IMAGE", build.base, SOURCE,
              "a name of the catalogue, or REGISTRY/REPO:TAG, oci:DIR[:TAG], oci-archive:FILE, "
              "docker-archive:FILE, rootfs:TAR",
              .listed_by = "base list", .with = "!from-image",
              .fallback = "a JRE that this Flink runs on"),
    FP_OPTION_PLATFORMS,
    FP_OPTION(TEXT, "user", "UID[:GID]", build.user, CONTENT, "whom Flink runs as",
              .fallback = "9999:9999"),
};

static const struct fp_option name_options[] = {
    FP_OPTION(TEXT, "image-name", "NAME[:TAG]", build.image_name, PLACE, "what the image is called",
              .fallback = "flink-job"),
};

static const struct fp_option to_options[] = {
    FP_OPTION(LIST, "tag", "TAG|NAME", build.tags, PLACE, "one more tag or name for it",
              .letter = 't'),
    FP_FLAG("push", build.push, PLACE, "push it to the registry that its names say"),
    FP_OPTION(LIST, "output", "WHERE", build.outputs, PLACE,
              "oci:DIR[:TAG], oci-archive:FILE or docker-archive:FILE", .letter = 'o',
              .fallback = "without --push the local store"),
};

static const struct fp_option look_options[] = {
    FP_OPTION(MAP, "label", "KEY=VALUE", build.labels, CONTENT, "a label of the image",
              .is_valid = is_pair),
    FP_OPTION(MAP, "annotation", "KEY=VALUE", build.annotations, CONTENT,
              "an annotation of manifest and index", .is_valid = is_pair),
    FP_OPTION_ENV,
    FP_OPTION_EPOCH,
    FP_OPTION(CHOICE, "compression", "CODEC", build.compression, CONTENT,
              "of the layers that are made: gzip, which all runtimes read; zstd; or none. A "
              "release's archive is a layer as it is, unless another one than gzip is asked for",
              .choices = "gzip zstd none", .fallback = "gzip"),
    FP_OPTION(NUMBER, "compression-level", "LEVEL", build.compression_level, CONTENT,
              "how hard it tries: 1 to 9 for gzip, 1 to 19 for zstd", .min = 1, .max = 19,
              .fallback = "4 for gzip, 3 for zstd"),
    FP_OPTION(TEXT, "metadata-file", "FILE", metadata_file, PLACE,
              "write what went in, what was reused and what came out, as JSON"),
    FP_OPTION(TEXT, "digest-file", "FILE", digest_file, PLACE, "write the image's digest"),
    FP_OPTION(LIST, "sbom", "FORMAT[=FILE]", build.sboms, PLACE,
              "make a bill of materials, cyclonedx or spdx, write it to FILE, and attach it to the "
              "image where that is pushed to; {arch} in FILE with several platforms"),
    FP_FLAG(
        "provenance", build.provenance, CONTENT,
        "make provenance of SLSA: what went into the image, by digest, and which run of CI made "
        "it; it is attached like --sbom"),
    FP_OPTION(TEXT, "provenance-file", "FILE", build.provenance_file, PLACE,
              "write the provenance, too"),
    FP_OPTION(TEXT, "builder-id", "URI", build.builder_id, CONTENT,
              "who builds, for the provenance", .fallback = "what GitLab, GitHub or Jenkins say"),
    FP_OPTION(TEXT, "build-url", "URL", build.build_url, CONTENT,
              "the run that builds, for the provenance", .fallback = "likewise"),
    FP_FLAG(
        "dry-run", build.dry_run, CONTENT,
        "do everything but write or push the image, and tell what would be reused and made; the "
        "digest is the one that it would have"),
};

static const struct fp_option lock_options[] = {
    FP_OPTION_LOCK_FILE,
};

static const struct fp_option reuse_options[] = {
    FP_OPTION_LOCK_FILE,
    FP_FLAG(
        "locked", build.locked, CONTENT,
        "fail, with status 8, where the lock would have to change, as by a new jar; it has to be "
        "there"),
    FP_FLAG("refresh", build.refresh, CONTENT,
            "resolve packages anew, also where an earlier build did"),
};

static const struct fp_option apache_options[] = {
    FP_OPTION(TEXT, "apache-url", "URL", apache_url, SOURCE, "the current releases",
              .fallback = "https://dlcdn.apache.org"),
    FP_OPTION(TEXT, "archive-url", "URL", archive_url, SOURCE, "all releases",
              .fallback = "https://archive.apache.org/dist"),
    FP_OPTION(TEXT, "checksum-url", "URL", checksum_url, SOURCE,
              "the checksums; who gives this trusts that server as Apache's own",
              .fallback = "https://downloads.apache.org"),
};

static const struct fp_option old_options[] = {
    {.name = "with-python2",
     .kind = FP_OPTION_REFUSED,
     .flags = FP_OPTION_HIDDEN | FP_OPTION_ARGV_ONLY,
     .help = "Python 2 is out of support and no image gets it any more; start from an image that "
             "has it with --base"},
    {.name = "kubernetes-certificates",
     .kind = FP_OPTION_IGNORED,
     .metavar = "DIR",
     .flags = FP_OPTION_HIDDEN | FP_OPTION_ARGV_ONLY,
     .help = "has no effect, here as in build.sh"},
};

const struct fp_option_group fp_options_flink =
    FP_OPTION_GROUP("Flink from, one of four", flink_options);
const struct fp_option_group fp_options_job = FP_OPTION_GROUP("Job", job_options);
const struct fp_option_group fp_options_with = FP_OPTION_GROUP("With", with_options);
const struct fp_option_group fp_options_packages = FP_OPTION_GROUP("Packages", package_options);
const struct fp_option_group fp_options_package_sources =
    FP_OPTION_GROUP("Packages from", package_source_options);
const struct fp_option_group fp_options_on = FP_OPTION_GROUP("On", on_options);
const struct fp_option_group fp_options_name = FP_OPTION_GROUP("Name", name_options);
const struct fp_option_group fp_options_to = FP_OPTION_GROUP("To", to_options);
const struct fp_option_group fp_options_look = FP_OPTION_GROUP("Details", look_options);
const struct fp_option_group fp_options_lock = FP_OPTION_GROUP("Lock", lock_options);
const struct fp_option_group fp_options_reuse =
    FP_OPTION_GROUP("Lock, and what is reused", reuse_options);
const struct fp_option_group fp_options_apache =
    FP_OPTION_GROUP("Servers in place of Apache's", apache_options);
const struct fp_option_group fp_options_old = FP_OPTION_GROUP("Of build.sh", old_options);

#include <string.h>

#include "args.h"

#define AT(member) .offset = offsetof(struct fp_args, member)

/* A name that a shell can set. */
static bool is_assignment(const char *text)
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
    {.name = "from-release",
     .kind = FP_OPTION_FLAG,
     AT(build.from_release),
     .decides = FP_DECIDES_CONTENT,
     .rivals = "flink",
     .help = "download an Apache release and verify it; needs --flink-version"},
    {.name = "from-archive",
     .kind = FP_OPTION_TEXT,
     .metavar = "FILE",
     AT(build.from_archive),
     .decides = FP_DECIDES_CONTENT,
     .rivals = "flink",
     .help = "a distribution's archive: .tgz, .tar, .tar.zst or .tar.xz"},
    {.name = "from-local-dist",
     .kind = FP_OPTION_OPTIONAL,
     .metavar = "DIR",
     AT(build.local_dist),
     .decides = FP_DECIDES_CONTENT,
     .flag_offset = offsetof(struct fp_args, build.from_local_dist),
     .rivals = "flink",
     .help = "a distribution's folder; without DIR the one that was built in Flink's source tree, "
             "here or in a parent folder"},
    {.name = "from-image",
     .kind = FP_OPTION_TEXT,
     .metavar = "IMAGE",
     AT(build.from_image),
     .decides = FP_DECIDES_SOURCE,
     .listed_by = FP_LISTED_IMAGES,
     .rivals = "flink",
     .help = "an image that has Flink already, of ours or the official one; only the job is added"},
    {.name = "flink-version",
     .kind = FP_OPTION_TEXT,
     .metavar = "VERSION",
     AT(build.flink_version),
     .decides = FP_DECIDES_CONTENT,
     .with = "from-release",
     .help = "the release, such as 1.20.4 or 2.2.0; of another source, what it has to hold"},
    {.name = "scala-version",
     .kind = FP_OPTION_TEXT,
     .metavar = "VERSION",
     AT(build.scala_version),
     .decides = FP_DECIDES_CONTENT,
     .with = "from-release",
     .fallback = "the release's own",
     .help = "2.11 or 2.12, where the release comes in several"},
    {.name = "hadoop-version",
     .kind = FP_OPTION_TEXT,
     .metavar = "VERSION",
     AT(build.hadoop_version),
     .decides = FP_DECIDES_CONTENT,
     .with = "from-release",
     .fallback = "without Hadoop",
     .help = "such as 2.8: the release's Hadoop variant, from 1.8 on the shaded Hadoop jar"},
    {.name = "flink-mirror",
     .kind = FP_OPTION_COMMAS,
     .metavar = "URL",
     AT(build.flink_mirrors),
     .decides = FP_DECIDES_SOURCE,
     .with = "from-release",
     .fallback = "dlcdn.apache.org, then archive.apache.org",
     .help = "where to look first for releases; the checksum never comes from there"},
    {.name = "flink-checksum",
     .kind = FP_OPTION_TEXT,
     .metavar = "SUM",
     AT(build.flink_checksum),
     .decides = FP_DECIDES_SOURCE,
     .with = "from-release",
     .fallback = "downloads.apache.org",
     .help = "sha512:HEX, or the file or URL of a .sha512; of --from-archive too"},
    {.name = "maven-repository",
     .kind = FP_OPTION_TEXT,
     .metavar = "URL",
     AT(build.maven_repository),
     .decides = FP_DECIDES_SOURCE,
     .with = "from-release",
     .fallback = "Maven Central",
     .help = "where the shaded Hadoop jar comes from"},
    {.name = "insecure-http",
     .kind = FP_OPTION_COMMAS,
     .metavar = "HOST[:PORT]",
     AT(plain_http),
     .decides = FP_DECIDES_SOURCE,
     .with = "from-release",
     .is_valid = fp_is_host,
     .fallback = "this machine",
     .help = "a host whose releases, checksums and jars may come over plain HTTP"},
};

/* A variable that is not set, in a script. */
#define WITHOUT_JOB "leave it out for a session image"

static const struct fp_option job_options[] = {
    {.name = "job-jar",
     .kind = FP_OPTION_LIST,
     .metavar = "FILE",
     AT(build.job_jars),
     .decides = FP_DECIDES_CONTENT,
     .if_empty = WITHOUT_JOB,
     .help = "the job's jar; without any the image is for session clusters"},
    {.name = "job-artifacts",
     .kind = FP_OPTION_COMMAS,
     .flags = FP_OPTION_FILES,
     .metavar = "FILE,FILE",
     AT(build.job_artifacts),
     .decides = FP_DECIDES_CONTENT,
     .if_empty = WITHOUT_JOB,
     .help = "the job's jars and other files; a file that is there is taken whole, commas and all"},
    {.name = "job-classname",
     .kind = FP_OPTION_TEXT,
     .metavar = "CLASS",
     AT(build.job_classname),
     .decides = FP_DECIDES_CONTENT,
     .fallback = "the jar's manifest",
     .help = "the job's class"},
};

static const struct fp_option with_options[] = {
    {.name = "lib",
     .kind = FP_OPTION_LIST,
     .metavar = "FILE",
     AT(build.libs),
     .decides = FP_DECIDES_CONTENT,
     .help = "a jar for Flink's lib/"},
    {.name = "plugin",
     .kind = FP_OPTION_LIST,
     .metavar = "NAME[=FILE,...]",
     AT(build.plugins),
     .decides = FP_DECIDES_CONTENT,
     .help = "a plugin out of the distribution's opt/, such as s3-fs-hadoop, or of these jars"},
    {.name = "conf",
     .kind = FP_OPTION_MAP,
     .metavar = "KEY=VALUE|FILE",
     AT(build.conf),
     .decides = FP_DECIDES_CONTENT,
     .help = "a key of Flink's configuration, or a file of such keys"},
    {.name = "add",
     .kind = FP_OPTION_LIST,
     .metavar = "SRC:DEST[:MODE]",
     AT(build.add),
     .decides = FP_DECIDES_CONTENT,
     .help = "a file or folder, put at DEST in the image; {os}, {arch} and {variant} in SRC stand "
             "for those of each platform"},
    {.name = "slim",
     .kind = FP_OPTION_FLAG,
     AT(build.slim),
     .decides = FP_DECIDES_CONTENT,
     .with = "!from-image",
     .help = "leave out opt/ and examples/, but for what was asked for"},
};

static const struct fp_option package_options[] = {
    {.name = "with-python3",
     .kind = FP_OPTION_FLAG,
     AT(build.with_python3),
     .decides = FP_DECIDES_CONTENT,
     .help = "Python 3 from the base's own repositories, and Flink's jar for it"},
    {.name = "package",
     .kind = FP_OPTION_LIST,
     .metavar = "NAME",
     AT(build.packages),
     .decides = FP_DECIDES_CONTENT,
     .help = "a package for an Alpine base, such as tzdata or curl>=8; other bases must have it"},
    {.name = "repository",
     .kind = FP_OPTION_LIST,
     .metavar = "URL|DIR",
     AT(build.repositories),
     .decides = FP_DECIDES_SOURCE,
     .fallback = "those of the base",
     .help = "one more Alpine repository: https://[USER:PASSWORD@]HOST/alpine/v3.20/main, or a "
             "directory's absolute path"},
    {.name = "key",
     .kind = FP_OPTION_LIST,
     .metavar = "FILE",
     AT(build.keys),
     .decides = FP_DECIDES_SOURCE,
     .fallback = "those of the base",
     .help = "a public key that signs repositories, named as its signatures name it"},
    {.name = "apk-mirror",
     .kind = FP_OPTION_TEXT,
     .metavar = "URL",
     AT(build.apk_mirror),
     .decides = FP_DECIDES_SOURCE,
     .fallback = "the server that the base names",
     .help = "where the base's repositories are fetched from instead: what stands before /vX.Y/"},
    {.name = "allow-musl-natives",
     .kind = FP_OPTION_FLAG,
     AT(build.allow_musl_natives),
     .decides = FP_DECIDES_CONTENT,
     .help = "use RocksDB or a job's own native code for glibc on a base that has musl"},
    {.name = "strict",
     .kind = FP_OPTION_FLAG,
     AT(build.strict),
     .decides = FP_DECIDES_CONTENT,
     .help = "fail where a package has a script that would have to be run, instead of warning"},
};

static const struct fp_option on_options[] = {
    {.name = "base",
     .kind = FP_OPTION_TEXT,
     .metavar = "NAME|IMAGE",
     AT(build.base),
     .decides = FP_DECIDES_SOURCE,
     .listed_by = "base list",
     .with = "!from-image",
     .fallback = "a JRE that this Flink runs on",
     .help = "a name of the catalogue, or REGISTRY/REPO:TAG, oci:DIR[:TAG], oci-archive:FILE, "
             "docker-archive:FILE, rootfs:TAR"},
    {.name = "platform",
     .kind = FP_OPTION_COMMAS,
     .metavar = "OS/ARCH,...",
     AT(build.platforms),
     .decides = FP_DECIDES_CONTENT,
     .fallback = "linux/amd64",
     .help = "the platforms; several make an index"},
    {.name = "user",
     .kind = FP_OPTION_TEXT,
     .metavar = "UID[:GID]",
     AT(build.user),
     .decides = FP_DECIDES_CONTENT,
     .fallback = "9999:9999",
     .help = "whom Flink runs as"},
};

static const struct fp_option name_options[] = {
    {.name = "image-name",
     .kind = FP_OPTION_TEXT,
     .metavar = "NAME[:TAG]",
     AT(build.image_name),
     .decides = FP_DECIDES_PLACE,
     .fallback = "flink-job",
     .help = "what the image is called"},
};

static const struct fp_option to_options[] = {
    {.name = "tag",
     .letter = 't',
     .kind = FP_OPTION_LIST,
     .metavar = "TAG|NAME",
     AT(build.tags),
     .decides = FP_DECIDES_PLACE,
     .help = "one more tag or name for it"},
    {.name = "push",
     .kind = FP_OPTION_FLAG,
     AT(build.push),
     .decides = FP_DECIDES_PLACE,
     .help = "push it to the registry that its names say"},
    {.name = "output",
     .letter = 'o',
     .kind = FP_OPTION_LIST,
     .metavar = "WHERE",
     AT(build.outputs),
     .decides = FP_DECIDES_PLACE,
     .fallback = "without --push the local store",
     .help = "oci:DIR[:TAG], oci-archive:FILE or docker-archive:FILE"},
};

static const struct fp_option look_options[] = {
    {.name = "label",
     .kind = FP_OPTION_MAP,
     .metavar = "KEY=VALUE",
     AT(build.labels),
     .decides = FP_DECIDES_CONTENT,
     .is_valid = is_pair,
     .help = "a label of the image"},
    {.name = "annotation",
     .kind = FP_OPTION_MAP,
     .metavar = "KEY=VALUE",
     AT(build.annotations),
     .decides = FP_DECIDES_CONTENT,
     .is_valid = is_pair,
     .help = "an annotation of manifest and index"},
    {.name = "env",
     .kind = FP_OPTION_MAP,
     .metavar = "NAME=VALUE",
     AT(build.env),
     .decides = FP_DECIDES_CONTENT,
     .is_valid = is_assignment,
     .help = "an environment variable of the image"},
    {.name = "source-date-epoch",
     .kind = FP_OPTION_NUMBER,
     .metavar = "SECONDS",
     AT(source_date_epoch),
     .decides = FP_DECIDES_CONTENT,
     .min = 0,
     .max = 253402300799, /* the end of the year 9999 */
     .environment = "SOURCE_DATE_EPOCH",
     .fallback = "the newest time of the inputs",
     .help = "the time in the image, in seconds since 1970"},
    {.name = "metadata-file",
     .kind = FP_OPTION_TEXT,
     .metavar = "FILE",
     AT(metadata_file),
     .decides = FP_DECIDES_PLACE,
     .help = "write what went in and what came out, as JSON"},
    {.name = "digest-file",
     .kind = FP_OPTION_TEXT,
     .metavar = "FILE",
     AT(digest_file),
     .decides = FP_DECIDES_PLACE,
     .help = "write the image's digest"},
    {.name = "dry-run",
     .kind = FP_OPTION_FLAG,
     AT(build.dry_run),
     .decides = FP_DECIDES_CONTENT,
     .help = "do everything but write the image; the digest is the one that it would have"},
};

static const struct fp_option apache_options[] = {
    {.name = "apache-url",
     .kind = FP_OPTION_TEXT,
     .metavar = "URL",
     AT(apache_url),
     .decides = FP_DECIDES_SOURCE,
     .fallback = "https://dlcdn.apache.org",
     .help = "the current releases"},
    {.name = "archive-url",
     .kind = FP_OPTION_TEXT,
     .metavar = "URL",
     AT(archive_url),
     .decides = FP_DECIDES_SOURCE,
     .fallback = "https://archive.apache.org/dist",
     .help = "all releases"},
    {.name = "checksum-url",
     .kind = FP_OPTION_TEXT,
     .metavar = "URL",
     AT(checksum_url),
     .decides = FP_DECIDES_SOURCE,
     .fallback = "https://downloads.apache.org",
     .help = "the checksums; who gives this trusts that server as Apache's own"},
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
const struct fp_option_group fp_options_on = FP_OPTION_GROUP("On", on_options);
const struct fp_option_group fp_options_name = FP_OPTION_GROUP("Name", name_options);
const struct fp_option_group fp_options_to = FP_OPTION_GROUP("To", to_options);
const struct fp_option_group fp_options_look = FP_OPTION_GROUP("Details", look_options);
const struct fp_option_group fp_options_apache =
    FP_OPTION_GROUP("Servers in place of Apache's", apache_options);
const struct fp_option_group fp_options_old = FP_OPTION_GROUP("Of build.sh", old_options);

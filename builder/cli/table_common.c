#include <string.h>

#include "args.h"

#define AT(member) .offset = offsetof(struct fp_args, member)

bool fp_is_host(const char *text)
{
    const char *colon = strchr(text, ':');
    if (text[0] == '[' && strchr(text, ']') != NULL)
        colon = strchr(strchr(text, ']'), ':');
    size_t digits = colon != NULL ? strspn(colon + 1, "0123456789") : 0;
    if (colon != NULL && (digits == 0 || digits > 5 || colon[1 + digits] != '\0'))
        return false;
    return text[0] != '\0' && text[0] != ':' && strpbrk(text, "/@ \t") == NULL;
}

static const struct fp_option catalogue_options[] = {
    {.name = "base-images",
     .kind = FP_OPTION_LIST,
     .metavar = "DIR",
     AT(build.base_folders),
     .decides = FP_DECIDES_SOURCE,
     .help = "a folder of NAME.json files that is searched before the built-in catalogue"},
};

static const struct fp_option copy_options[] = {
    {.name = "platform",
     .kind = FP_OPTION_TEXT,
     .metavar = "OS/ARCH",
     AT(platform),
     .flags = FP_OPTION_ARGV_ONLY,
     .fallback = "all",
     .help = "of an image for several platforms only this one"},
};

static const struct fp_option pull_options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = FP_OPTION_LIST,
     .metavar = "WHERE",
     AT(outputs),
     .flags = FP_OPTION_ARGV_ONLY,
     .fallback = "the local store",
     .help = "oci:DIR[:TAG], oci-archive:FILE or docker-archive:FILE"},
};

static const struct fp_option inspect_options[] = {
    {.name = "platform",
     .kind = FP_OPTION_TEXT,
     .metavar = "OS/ARCH",
     AT(platform),
     .flags = FP_OPTION_ARGV_ONLY,
     .fallback = "all",
     .help = "of an image for several platforms only this one"},
    {.name = "raw",
     .kind = FP_OPTION_FLAG,
     AT(raw),
     .flags = FP_OPTION_ARGV_ONLY,
     .rivals = "inspect",
     .help = "the manifest or index, byte by byte"},
    {.name = "image-config",
     .kind = FP_OPTION_FLAG,
     AT(image_config),
     .flags = FP_OPTION_ARGV_ONLY,
     .rivals = "inspect",
     .help = "the image's configuration, byte by byte"},
    {.name = "format",
     .kind = FP_OPTION_CHOICE,
     .metavar = "FORMAT",
     .choices = "text json",
     AT(format),
     .flags = FP_OPTION_ARGV_ONLY,
     .rivals = "inspect",
     .fallback = "text",
     .help = "how it is told: text or json"},
};

static const struct fp_option images_options[] = {
    {.name = "format",
     .kind = FP_OPTION_CHOICE,
     .metavar = "FORMAT",
     .choices = "text json names",
     AT(format),
     .flags = FP_OPTION_ARGV_ONLY,
     .fallback = "text",
     .help = "how it is told: text, json, or the names alone"},
};

static const struct fp_option login_options[] = {
    {.name = "username",
     .letter = 'u',
     .kind = FP_OPTION_TEXT,
     .metavar = "NAME",
     AT(username),
     .flags = FP_OPTION_ARGV_ONLY,
     .help = "the user's name"},
    {.name = "password-stdin",
     .kind = FP_OPTION_FLAG,
     AT(password_stdin),
     .flags = FP_OPTION_ARGV_ONLY,
     .help = "read the password or token from standard input"},
};

static const struct fp_option credential_options[] = {
    {.name = "authfile",
     .kind = FP_OPTION_TEXT,
     .metavar = "FILE",
     AT(authfile),
     .decides = FP_DECIDES_CREDENTIALS,
     .fallback = "where docker and podman keep them",
     .help = "the only file with credentials that is used"},
    {.name = "token-host",
     .kind = FP_OPTION_COMMAS,
     .metavar = "HOST[:PORT]",
     AT(token_hosts),
     .decides = FP_DECIDES_CREDENTIALS,
     .is_valid = fp_is_host,
     .fallback = "the one that the registry names",
     .help = "the only hosts besides the registry that credentials are sent to for a token"},
};

static const struct fp_option upload_options[] = {
    {.name = "chunk-size",
     .kind = FP_OPTION_SIZE,
     .metavar = "SIZE",
     AT(chunk_bytes),
     .decides = FP_DECIDES_CONTENT,
     .min = 65536,
     .max = (int64_t) 1 << 40,
     .fallback = "blobs are sent whole",
     .help = "send blobs in pieces of that size, for a proxy that limits requests"},
};

static const struct fp_option transfer_options[] = {
    {.name = "mirror",
     .kind = FP_OPTION_LIST,
     .metavar = "PREFIX=PLACE",
     AT(mirrors),
     .decides = FP_DECIDES_SOURCE,
     .fallback = "those of registries.conf",
     .help = "pull images whose name begins with PREFIX from PLACE first: docker.io=HOST/REPO"},
};

static const struct fp_option network_options[] = {
    {.name = "offline",
     .kind = FP_OPTION_FLAG,
     AT(offline),
     .decides = FP_DECIDES_CONTENT,
     .help = "fetch nothing; use what the cache and the local store have"},
    {.name = "ca-file",
     .kind = FP_OPTION_TEXT,
     .metavar = "FILE",
     AT(ca_file),
     .decides = FP_DECIDES_CREDENTIALS,
     .help = "certificates (PEM) that are trusted besides the system's"},
    {.name = "insecure-registry",
     .kind = FP_OPTION_COMMAS,
     .metavar = "HOST[:PORT]",
     AT(insecure),
     .decides = FP_DECIDES_CREDENTIALS,
     .is_valid = fp_is_host,
     .help = "a host that may be reached without TLS or with any certificate"},
    {.name = "retry",
     .kind = FP_OPTION_NUMBER,
     .metavar = "N",
     AT(retry),
     .decides = FP_DECIDES_CONTENT,
     .max = 100,
     .fallback = "4",
     .help = "how often a transfer that makes no progress is tried again; a refused connection "
             "half as often"},
    {.name = "retry-delay",
     .kind = FP_OPTION_DURATION,
     .metavar = "TIME",
     AT(retry_delay_ms),
     .decides = FP_DECIDES_CONTENT,
     .min = 1,
     .max = 30000,
     .fallback = "1s",
     .help = "the first pause before that; each is twice the one before, up to 30s"},
    {.name = "connect-timeout",
     .kind = FP_OPTION_DURATION,
     .metavar = "TIME",
     AT(connect_timeout_ms),
     .decides = FP_DECIDES_CONTENT,
     .min = 1000,
     .max = 600000,
     .fallback = "15s",
     .help = "how long a connection may take to come about"},
    {.name = "stall-timeout",
     .kind = FP_OPTION_DURATION,
     .metavar = "TIME",
     AT(stall_timeout_ms),
     .decides = FP_DECIDES_CONTENT,
     .min = 1000,
     .max = 3600000,
     .fallback = "60s",
     .help = "how long a transfer may move less than 1000 bytes a second"},
    {.name = "threads",
     .kind = FP_OPTION_NUMBER,
     .metavar = "N",
     AT(threads),
     .decides = FP_DECIDES_CONTENT,
     .min = 1,
     .max = FP_POOL_MAX,
     .fallback = "by the processors",
     .help = "how much is done side by side"},
};

static const struct fp_option folder_options[] = {
    {.name = "store",
     .kind = FP_OPTION_TEXT,
     .metavar = "DIR",
     AT(store),
     .decides = FP_DECIDES_PLACE,
     .fallback = "$XDG_DATA_HOME/flinkpack/store, else ~/.local/share/flinkpack/store",
     .help =
         "the local store, an OCI layout; without a home to write to, or where others can write "
         "to it, a directory below TMPDIR"},
    {.name = "cache",
     .kind = FP_OPTION_TEXT,
     .metavar = "DIR",
     AT(cache),
     .decides = FP_DECIDES_PLACE,
     .fallback = "$XDG_CACHE_HOME/flinkpack, else ~/.cache/flinkpack",
     .help = "where downloads are kept; in the store, where others can write to it"},
};

static const struct fp_option general_options[] = {
    {.name = "config",
     .kind = FP_OPTION_TEXT,
     .metavar = "FILE",
     AT(config),
     .flags = FP_OPTION_NO_FILE,
     .fallback = "flinkpack.yaml, if there is one",
     .help = "a file of options"},
    {.name = "progress",
     .kind = FP_OPTION_CHOICE,
     .metavar = "MODE",
     .choices = "auto tty plain json none",
     AT(progress),
     .decides = FP_DECIDES_CONTENT,
     .fallback = "auto",
     .help = "how progress is shown on standard error: auto, tty, plain, json or none"},
    {.name = "verbose",
     .letter = 'v',
     .kind = FP_OPTION_FLAG,
     AT(verbose),
     .decides = FP_DECIDES_CONTENT,
     .help = "tell of requests, retries and decisions too"},
    {.name = "quiet",
     .letter = 'q',
     .kind = FP_OPTION_FLAG,
     AT(quiet),
     .decides = FP_DECIDES_CONTENT,
     .help = "tell of warnings and errors only"},
    {.name = "fail-on-warning",
     .kind = FP_OPTION_FLAG,
     AT(fail_on_warning),
     .decides = FP_DECIDES_CONTENT,
     .help = "a warning is an error, of status 3, and nothing is pushed or written after it; what "
             "is warned of later makes it the status 3 as well"},
    {.name = "help",
     .letter = 'h',
     .kind = FP_OPTION_FLAG,
     AT(help),
     .flags = FP_OPTION_ARGV_ONLY | FP_OPTION_STOPS,
     .help = "show this help"},
};

const struct fp_option_group fp_options_catalogue =
    FP_OPTION_GROUP("Catalogue of bases", catalogue_options);
const struct fp_option_group fp_options_copy = FP_OPTION_GROUP("Copy", copy_options);
const struct fp_option_group fp_options_pull = FP_OPTION_GROUP("To", pull_options);
const struct fp_option_group fp_options_inspect = FP_OPTION_GROUP("Show", inspect_options);
const struct fp_option_group fp_options_images = FP_OPTION_GROUP("Show", images_options);
const struct fp_option_group fp_options_login = FP_OPTION_GROUP("Who", login_options);
const struct fp_option_group fp_options_credentials =
    FP_OPTION_GROUP("Credentials", credential_options);
const struct fp_option_group fp_options_upload = FP_OPTION_GROUP("Uploads", upload_options);
const struct fp_option_group fp_options_transfer = FP_OPTION_GROUP("Registries", transfer_options);
const struct fp_option_group fp_options_network = FP_OPTION_GROUP("Network", network_options);
const struct fp_option_group fp_options_folders = FP_OPTION_GROUP("Folders", folder_options);
const struct fp_option_group fp_options_general = FP_OPTION_GROUP("General", general_options);

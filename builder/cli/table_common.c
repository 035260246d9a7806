/* The options that several commands share, and those of the small commands. */
#include <string.h>

#include "table.h"

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
    FP_OPTION(LIST, "base-images", "DIR", build.base_folders, SOURCE,
              "a folder of NAME.json files that is searched before the built-in catalogue"),
};

static const struct fp_option check_options[] = {
    FP_FLAG("stale-only", stale_only, UNSAID,
            "base check: write only the names of the images whose base is not the newest",
            .flags = FP_OPTION_ARGV_ONLY),
};

static const struct fp_option pin_options[] = {
    FP_OPTION(COMMAS, "platform", "OS/ARCH,...", build.platforms, UNSAID,
              "the platforms whose layers base pin reads, so that builds need not; the digests of "
              "all are written",
              .flags = FP_OPTION_ARGV_ONLY,
              .fallback = "linux/amd64 and linux/arm64, where the image has them"),
};

static const struct fp_option copy_options[] = {
    FP_OPTION_ONE_PLATFORM,
    FP_FLAG("referrers", referrers, UNSAID,
            "take along what is attached to the image: signatures, attestations and all that "
            "refers to it; archives cannot hold it",
            .flags = FP_OPTION_ARGV_ONLY),
};

static const struct fp_option pull_options[] = {
    FP_OPTION(LIST, "output", "WHERE", outputs, UNSAID,
              "oci:DIR[:TAG], oci-archive:FILE or docker-archive:FILE", .letter = 'o',
              .flags = FP_OPTION_ARGV_ONLY, .fallback = "the local store"),
};

static const struct fp_option inspect_options[] = {
    FP_OPTION_ONE_PLATFORM,
    FP_FLAG("raw", raw, UNSAID, "the manifest or index, byte by byte", .flags = FP_OPTION_ARGV_ONLY,
            .rivals = "inspect"),
    FP_FLAG("image-config", image_config, UNSAID, "the image's configuration, byte by byte",
            .flags = FP_OPTION_ARGV_ONLY, .rivals = "inspect"),
    FP_OPTION(CHOICE, "format", "FORMAT", format, UNSAID, "how it is told: text or json",
              .choices = "text json", .flags = FP_OPTION_ARGV_ONLY, .rivals = "inspect",
              .fallback = "text"),
};

static const struct fp_option sbom_options[] = {
    FP_OPTION_ONE_PLATFORM,
    FP_OPTION(CHOICE, "format", "FORMAT", format, UNSAID,
              "cyclonedx (1.6) or spdx (2.3), both as JSON", .choices = "cyclonedx spdx",
              .flags = FP_OPTION_ARGV_ONLY, .fallback = "cyclonedx"),
};

/* A program that a file could name would be run by whoever builds in a stranger's checkout. */
static const struct fp_option sign_options[] = {
    FP_OPTION(TEXT, "sign-key", "FILE|env:NAME", sign_key, CREDENTIALS,
              "sign what is pushed with this private key (PEM: ECDSA on P-256, or Ed25519); its "
              "password is that of FLINKPACK_KEY_PASSWORD, or asked for on a terminal"),
    FP_OPTION(TEXT, "signer", "PROGRAM", signer, UNSAID,
              "a program that gets the image's descriptor as JSON on its standard input, and "
              "writes what to attach to the image",
              .flags = FP_OPTION_NO_FILE),
};

static const struct fp_option verify_options[] = {
    FP_OPTION(LIST, "key", "FILE", verify_keys, UNSAID,
              "a public key (PEM) whose signature is enough", .flags = FP_OPTION_ARGV_ONLY),
    FP_OPTION(LIST, "attestation", "KIND", attestations, UNSAID,
              "what else a key has to have signed: provenance, cyclonedx or spdx; a bill of "
              "materials for each platform",
              .flags = FP_OPTION_ARGV_ONLY),
    FP_FLAG("flink", prove_flink, UNSAID,
            "the layer of Flink has to be the archive that Apache published, byte by byte; it is "
            "read for that",
            .flags = FP_OPTION_ARGV_ONLY),
    FP_OPTION(TEXT, "flink-checksum", "SUM", build.flink_checksum, UNSAID,
              "of that archive: sha512:HEX, or the file or URL of a .sha512",
              .flags = FP_OPTION_ARGV_ONLY, .fallback = "downloads.apache.org"),
    FP_OPTION(TEXT, "lock-file", "FILE", build.lock_file, UNSAID,
              "a flinkpack.lock whose image it has to be, on its base",
              .flags = FP_OPTION_ARGV_ONLY),
};

static const struct fp_option images_options[] = {
    FP_OPTION(CHOICE, "format", "FORMAT", format, UNSAID,
              "how it is told: text, json, or the names alone", .choices = "text json names",
              .flags = FP_OPTION_ARGV_ONLY, .fallback = "text"),
};

static const struct fp_option cache_options[] = {
    FP_FLAG("no-cache", build.no_cache, CONTENT,
            "make every layer anew, and keep none; downloads are kept as ever"),
    FP_OPTION_CACHE_MAX_SIZE,
};

static const struct fp_option cache_show_options[] = {
    FP_OPTION(SIZE, "max-size", "SIZE", prune_max_bytes, UNSAID, "prune: what may stay", .min = 0,
              .max = (int64_t) 1 << 50, .flags = FP_OPTION_ARGV_ONLY,
              .fallback = "--cache-max-size"),
    FP_OPTION_CACHE_MAX_SIZE,
    FP_OPTION(CHOICE, "format", "FORMAT", format, UNSAID, "show: how it is told: text or json",
              .choices = "text json", .flags = FP_OPTION_ARGV_ONLY, .fallback = "text"),
};

static const struct fp_option login_options[] = {
    FP_OPTION(TEXT, "username", "NAME", username, UNSAID, "the user's name", .letter = 'u',
              .flags = FP_OPTION_ARGV_ONLY),
    FP_FLAG("password-stdin", password_stdin, UNSAID,
            "read the password or token from standard input", .flags = FP_OPTION_ARGV_ONLY),
};

static const struct fp_option credential_options[] = {
    FP_OPTION(TEXT, "authfile", "FILE", authfile, CREDENTIALS,
              "the only file with credentials that is used",
              .fallback = "where docker and podman keep them"),
    FP_OPTION(COMMAS, "token-host", "HOST[:PORT]", token_hosts, CREDENTIALS,
              "the only hosts besides the registry that credentials are sent to for a token",
              .is_valid = fp_is_host, .fallback = "the one that the registry names"),
};

static const struct fp_option upload_options[] = {
    FP_OPTION(SIZE, "chunk-size", "SIZE", chunk_bytes, CONTENT,
              "send blobs in pieces of that size, for a proxy that limits requests", .min = 65536,
              .max = (int64_t) 1 << 40, .fallback = "blobs are sent whole"),
};

static const struct fp_option transfer_options[] = {
    FP_OPTION(LIST, "mirror", "PREFIX=PLACE", mirrors, SOURCE,
              "pull images whose name begins with PREFIX from PLACE first: docker.io=HOST/REPO",
              .fallback = "those of registries.conf"),
};

static const struct fp_option network_options[] = {
    FP_FLAG("offline", offline, CONTENT,
            "fetch nothing; use what the cache and the local store have"),
    FP_OPTION(TEXT, "ca-file", "FILE", ca_file, CREDENTIALS,
              "certificates (PEM) that are trusted besides the system's"),
    FP_OPTION(COMMAS, "insecure-registry", "HOST[:PORT]", insecure, CREDENTIALS,
              "a host that may be reached without TLS or with any certificate",
              .is_valid = fp_is_host),
    FP_OPTION(NUMBER, "retry", "N", retry, CONTENT,
              "how often a transfer that makes no progress is tried again; a refused connection "
              "half as often",
              .max = 100, .fallback = "4"),
    FP_OPTION(DURATION, "retry-delay", "TIME", retry_delay_ms, CONTENT,
              "the first pause before that; each is twice the one before, up to 30s", .min = 1,
              .max = 30000, .fallback = "1s"),
    FP_OPTION(DURATION, "connect-timeout", "TIME", connect_timeout_ms, CONTENT,
              "how long a connection may take to come about", .min = 1000, .max = 600000,
              .fallback = "15s"),
    FP_OPTION(DURATION, "stall-timeout", "TIME", stall_timeout_ms, CONTENT,
              "how long a transfer may move less than 1000 bytes a second", .min = 1000,
              .max = 3600000, .fallback = "60s"),
    FP_OPTION(NUMBER, "threads", "N", threads, CONTENT, "how much is done side by side", .min = 1,
              .max = FP_GROUP_MAX, .fallback = "by the processors"),
};

static const struct fp_option folder_options[] = {
    FP_OPTION(
        TEXT, "store", "DIR", store, PLACE,
        "the local store, an OCI layout; without a home to write to, or where others can write "
        "to it, a directory below TMPDIR",
        .fallback = "$XDG_DATA_HOME/flinkpack/store, else ~/.local/share/flinkpack/store"),
    FP_OPTION(TEXT, "cache", "DIR", cache, PLACE,
              "where downloads and layers are kept; in the store, where others can write to it",
              .fallback = "$XDG_CACHE_HOME/flinkpack, else ~/.cache/flinkpack"),
};

static const struct fp_option general_options[] = {
    FP_OPTION(TEXT, "config", "FILE", config, UNSAID, "a file of options",
              .flags = FP_OPTION_NO_FILE, .fallback = "flinkpack.yaml, if there is one"),
    FP_OPTION(CHOICE, "progress", "MODE", progress, CONTENT,
              "how progress is shown on standard error: auto, tty, plain, json or none",
              .choices = "auto tty plain json none", .fallback = "auto"),
    FP_FLAG("verbose", verbose, CONTENT, "tell of requests, retries and decisions too",
            .letter = 'v'),
    FP_FLAG("quiet", quiet, CONTENT, "tell of warnings and errors only", .letter = 'q'),
    FP_FLAG("fail-on-warning", fail_on_warning, CONTENT,
            "a warning is an error, of status 3, and nothing is pushed or written after it; what "
            "is warned of later makes it the status 3 as well"),
    FP_FLAG("help", help, UNSAID, "show this help", .letter = 'h',
            .flags = FP_OPTION_ARGV_ONLY | FP_OPTION_STOPS),
};

const struct fp_option_group fp_options_catalogue =
    FP_OPTION_GROUP("Catalogue of bases", catalogue_options);
const struct fp_option_group fp_options_base_check = FP_OPTION_GROUP("Show", check_options);
const struct fp_option_group fp_options_pin = FP_OPTION_GROUP("Pin", pin_options);
const struct fp_option_group fp_options_copy = FP_OPTION_GROUP("Copy", copy_options);
const struct fp_option_group fp_options_pull = FP_OPTION_GROUP("To", pull_options);
const struct fp_option_group fp_options_inspect = FP_OPTION_GROUP("Show", inspect_options);
const struct fp_option_group fp_options_sbom = FP_OPTION_GROUP("Show", sbom_options);
const struct fp_option_group fp_options_sign = FP_OPTION_GROUP("Signatures", sign_options);
const struct fp_option_group fp_options_verify = FP_OPTION_GROUP("Whose", verify_options);
const struct fp_option_group fp_options_images = FP_OPTION_GROUP("Show", images_options);
const struct fp_option_group fp_options_cache = FP_OPTION_GROUP("Cache", cache_options);
const struct fp_option_group fp_options_cache_show = FP_OPTION_GROUP("Cache", cache_show_options);
const struct fp_option_group fp_options_login = FP_OPTION_GROUP("Who", login_options);
const struct fp_option_group fp_options_credentials =
    FP_OPTION_GROUP("Credentials", credential_options);
const struct fp_option_group fp_options_upload = FP_OPTION_GROUP("Uploads", upload_options);
const struct fp_option_group fp_options_transfer = FP_OPTION_GROUP("Registries", transfer_options);
const struct fp_option_group fp_options_network = FP_OPTION_GROUP("Network", network_options);
const struct fp_option_group fp_options_folders = FP_OPTION_GROUP("Folders", folder_options);
const struct fp_option_group fp_options_general = FP_OPTION_GROUP("General", general_options);

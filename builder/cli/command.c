/* The table of the commands with their options, and the functions that write their output. */
#include "command.h"

#include <string.h>

#include "command_groups.h"
#include "format.h"

#define PLACES                                                                                     \
    "IMAGE is a name in the local store, REGISTRY/REPO:TAG, oci:DIR[:TAG], "                       \
    "oci-archive:FILE[:TAG] "                                                                      \
    "or docker-archive:FILE."

const struct fp_command fp_commands[] = {
    {.name = "build",
     .operands = "",
     .summary = "make the image of a Flink distribution and a job",
     .text = "Prints NAME@sha256:... of what was made. With neither --push nor --output the image "
             "goes to the local store. A command line that begins with an option means build, so "
             "those of Flink's build.sh work as they are.",
     .examples = "flinkpack build --from-release --flink-version 1.20.4 --job-jar job.jar\n"
                 "flinkpack build --from-local-dist --job-jar job.jar \\\n"
                 "    --image-name registry.example.com/team/orders:1.2 --push\n"
                 "flinkpack build --from-archive flink-2.2.0-bin-scala_2.12.tgz \\\n"
                 "    --plugin s3-fs-hadoop --conf state.backend.type=rocksdb -o oci:out\n",
     .groups = fp_groups_build,
     .run = fp_run_build},
    {.name = "lock",
     .operands = "",
     .summary = "write down what a build is made of, so that it can be repeated",
     .text = "Takes the options of build, from the command line, the environment and "
             "flinkpack.yaml, resolves the base, the release and the packages as they are now, and "
             "makes the image without writing or pushing it. The lock, flinkpack.lock, names all "
             "of it by digest, and is made to be kept beside flinkpack.yaml, under version "
             "control: a build that finds it there takes the same base and packages. What other "
             "options ask for since then is warned of, or refused by 'build --locked'.",
     .examples = "flinkpack lock\n"
                 "flinkpack build --locked --push\n",
     .groups = fp_groups_lock,
     .run = fp_run_lock},
    {.name = "check",
     .operands = "[JAR...]",
     .summary = "tell whether a job can run, before it is built and deployed",
     .text =
         "Reads the job's jars and Flink as 'build' does with the same options, and makes "
         "nothing: what Flink would refuse, or stop with, is told as errors, what may go wrong "
         "as warnings, and with -v what is worth knowing. Without JAR the job of flinkpack.yaml "
         "is judged. --flink-version alone means the release; without --base the base is the "
         "one that 'build' would choose. --image judges an image that is there, of ours or made "
         "from the official one: its jars, its settings, and how it starts. The status is 3 "
         "where there are errors.",
     .examples = "flinkpack check job.jar --flink-version 1.20.4\n"
                 "flinkpack check job.jar --flink-version 2.2.0 --plugin s3-fs-hadoop -o json\n"
                 "flinkpack check job.jar --from-local-dist --base temurin-17-jre\n"
                 "flinkpack check --image registry.example.com/team/orders:1.2\n",
     .groups = fp_groups_check,
     .tells_findings = true,
     .max_operands = SIZE_MAX,
     .run = fp_run_check},
    {.name = "append",
     .operands = "",
     .summary = "put files on any image, or make one of files alone",
     .text = "Prints NAME@sha256:... of what was made; Flink plays no part in it. What the base's "
             "configuration says is kept. Files belong to root, with 0755 where their owner may "
             "execute them and else 0644, and have the base's time, whatever the file system "
             "says.\n"
             "--layer takes what is compressed with gzip or zstd as it is; a plain or xz tar is "
             "packed with gzip.",
     .examples = "flinkpack append --base docker.io/library/busybox:1.36 \\\n"
                 "    --add hello.sh:/usr/bin/hello:0755 \\\n"
                 "    --image-name registry.example.com/team/hello:1 --push\n"
                 "flinkpack append --platform linux/amd64,linux/arm64 \\\n"
                 "    --add out/{arch}/app:/app:0755 --entrypoint /app --user 65532 \\\n"
                 "    --image-name app:1 -o oci:app\n",
     .groups = fp_groups_append,
     .named_file_only = true,
     .run = fp_run_append},
    {.name = "rebase",
     .operands = "IMAGE...",
     .summary = "put images of 'build' onto a newer base",
     .text =
         "Packages and set-up are made anew; the layers of Flink and of the job stay as they "
         "are, and are not downloaded. The image is what 'build' with the same options makes on "
         "that base, and takes the old one's place: in its registry, in oci:DIR:TAG, or in the "
         "local store. Prints NAME@sha256:... of each; one that is on that base already stays. "
         "A failure of one does not stop the others.",
     .examples = "flinkpack rebase registry.example.com/team/orders:1.2\n"
                 "flinkpack rebase --onto temurin-21-jre -t 1.2-java21 \\\n"
                 "    registry.example.com/team/orders:1.2\n"
                 "flinkpack rebase $(flinkpack base check --stale-only \\\n"
                 "    registry.example.com/team/orders:1.2 registry.example.com/team/users:1.0)\n",
     .groups = fp_groups_rebase,
     .max_operands = SIZE_MAX,
     .listed_by = FP_LISTED_IMAGES,
     .named_file_only = true,
     .run = fp_run_rebase},
    {.name = "push",
     .operands = "SOURCE [DESTINATION...]",
     .summary = "copy an image to a registry, a layout or an archive",
     .text = "SOURCE is an IMAGE; without DESTINATION its own name says where it goes. Prints "
             "NAME@sha256:... of the first destination.\n" PLACES,
     .examples = "flinkpack push registry.example.com/team/orders:1.2\n"
                 "flinkpack push flink-job registry.example.com/team/orders:1.2\n"
                 "flinkpack push oci-archive:orders.tar registry.example.com/team/orders:1.2\n",
     .groups = fp_groups_push,
     .min_operands = 1,
     .max_operands = SIZE_MAX,
     .listed_by = FP_LISTED_IMAGES,
     .run = fp_run_push},
    {.name = "pull",
     .operands = "IMAGE",
     .summary = "copy an image to the local store, a layout or an archive",
     .text = PLACES,
     .examples = "flinkpack pull registry.example.com/team/orders:1.2 \\\n"
                 "    -o docker-archive:orders.tar && docker load -i orders.tar\n"
                 "flinkpack pull docker.io/flink:2.2.0 --platform linux/arm64 \\\n"
                 "    -o docker-archive:flink.tar\n",
     .groups = fp_groups_pull,
     .min_operands = 1,
     .max_operands = 1,
     .run = fp_run_pull},
    {.name = "tag",
     .operands = "IMAGE NAME...",
     .summary = "give an image in the local store more names",
     .examples = "flinkpack tag flink-job registry.example.com/team/orders:1.2\n",
     .groups = fp_groups_store,
     .min_operands = 2,
     .max_operands = SIZE_MAX,
     .listed_by = FP_LISTED_IMAGES,
     .run = fp_run_tag},
    {.name = "inspect",
     .operands = "IMAGE",
     .summary = "show what an image is made of",
     .text = PLACES " A name is looked up in the local store first, then in its registry.",
     .examples = "flinkpack inspect flink-job\n"
                 "flinkpack inspect --format json registry.example.com/team/orders:1.2\n",
     .groups = fp_groups_inspect,
     .min_operands = 1,
     .max_operands = 1,
     .listed_by = FP_LISTED_IMAGES,
     .run = fp_run_inspect},
    {.name = "sbom",
     .operands = "IMAGE",
     .summary = "write what is inside an image: its bill of materials",
     .text = PLACES " A name is looked up in the local store first, then in its registry. Jars are "
                    "listed with the Maven coordinates in them, also in jars inside of jars, "
                    "packages as apk and dpkg have them installed. Each layer is read once, and "
                    "remembered in the cache.",
     .examples = "flinkpack sbom flink-job > flink-job.cdx.json\n"
                 "flinkpack sbom --format spdx registry.example.com/team/orders:1.2\n",
     .groups = fp_groups_sbom,
     .min_operands = 1,
     .max_operands = 1,
     .listed_by = FP_LISTED_IMAGES,
     .run = fp_run_sbom},
    {.name = "sign",
     .operands = "IMAGE",
     .summary = "sign an image in a registry or layout",
     .text = "IMAGE is REGISTRY/REPO:TAG or oci:DIR[:TAG]. Signs the digest that the name stands "
             "for, of an image for several platforms that of its index. Written as cosign's tag "
             "sha256-HEX.sig and as a bundle of sigstore that refers to the image; what others "
             "have attached stays, and the image itself does not change. An image that the key has "
             "signed already is not signed again.\n"
             "A key is made by: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 "
             "-aes256 -out key.pem; openssl pkey -in key.pem -pubout -out key.pub",
     .examples = "flinkpack sign registry.example.com/team/orders:1.2 --sign-key key.pem\n"
                 "flinkpack verify registry.example.com/team/orders:1.2 --key key.pub\n",
     .groups = fp_groups_sign,
     .min_operands = 1,
     .max_operands = 1,
     .named_file_only = true,
     .run = fp_run_sign},
    {.name = "verify",
     .operands = "IMAGE",
     .summary = "check the signatures of an image",
     .text = "IMAGE is REGISTRY/REPO:TAG or oci:DIR[:TAG]. One signature by one of the keys, in "
             "any form, is enough, with what else is asked for; then NAME@sha256:... is printed, "
             "for what comes next to use "
             "just what was verified. Else the status is 8, and each signature is told with what "
             "is wrong with it.",
     .examples = "flinkpack verify registry.example.com/team/orders:1.2 --key key.pub\n"
                 "image=$(flinkpack verify registry.example.com/team/orders:1.2 --key key.pub)\n"
                 "kubectl set image deployment/orders main=$image\n",
     .groups = fp_groups_verify,
     .min_operands = 1,
     .max_operands = 1,
     .named_file_only = true,
     .run = fp_run_verify},
    {.name = "generate",
     .operands = "[-- ARGUMENT...]",
     .summary = "write the manifests that run an image",
     .text =
         "The image is read, so that the manifests fit it: its Flink version, its job, its user. "
         "Nothing is applied. Manifests go to standard output, or to --output-dir; how to apply "
         "them, reach the ui, update and clean up is told on standard error. Kubernetes has to be "
         "1.29 or newer: before, a Job does not wait with a new JobManager until the old one is "
         "gone (podReplacementPolicy).\n"
         "What stands behind -- is handed to the job as it is.",
     .examples = "flinkpack generate --image registry.example.com/team/orders:1.2 \\\n"
                 "    --parallelism 4 -- --input 's3://data/in put' > orders.yaml\n"
                 "flinkpack generate --image registry.example.com/team/orders:1.2 \\\n"
                 "    --format helm --output-dir chart\n"
                 "flinkpack generate --image docker.io/flink:2.2.0 --name flink\n",
     .groups = fp_groups_generate,
     .max_operands = SIZE_MAX,
     .dashed_operands = true,
     .run = fp_run_generate},
    {.name = "images",
     .operands = "[NAME...]",
     .summary = "list the images in the local store",
     .text = "Of names only those are listed: REPOSITORY with all its tags, REPOSITORY:TAG, or "
             "either with '*'.",
     .groups = fp_groups_images,
     .max_operands = SIZE_MAX,
     .listed_by = FP_LISTED_IMAGES,
     .run = fp_run_images},
    {.name = "rmi",
     .operands = "NAME...",
     .summary = "remove images from the local store",
     .text = "Takes the names away, and deletes what no other name needs.",
     .groups = fp_groups_store,
     .min_operands = 1,
     .max_operands = SIZE_MAX,
     .listed_by = FP_LISTED_IMAGES,
     .named_file_only = true,
     .run = fp_run_rmi},
    {.name = "login",
     .operands = "REGISTRY",
     .summary = "keep a registry's credentials where docker and podman look",
     .examples = "flinkpack login registry.example.com -u ci --password-stdin < token\n",
     .groups = fp_groups_login,
     .min_operands = 1,
     .max_operands = 1,
     .named_file_only = true,
     .run = fp_run_login},
    {.name = "logout",
     .operands = "REGISTRY",
     .summary = "forget the credentials of a registry",
     .groups = fp_groups_logout,
     .min_operands = 1,
     .max_operands = 1,
     .named_file_only = true,
     .run = fp_run_logout},
    {.name = "base",
     .operands = "list | show NAME | pin NAME | check IMAGE...",
     .summary = "list and pin base images, tell which are stale",
     .text =
         "list and show tell of the catalogue. pin reads a base of it and writes its entry with "
         "today's digests to standard output, to be kept as DIR/NAME.json for --base-images DIR: "
         "builds on it ask for no newer one, and download none of its layers where the "
         "registry that they push to has them. check compares the base of images with what its "
         "name stands for now.",
     .examples = "flinkpack base check registry.example.com/team/orders:1.2\n"
                 "flinkpack base pin temurin-17-jre > bases/temurin-17-jre.json\n",
     .groups = fp_groups_base,
     .min_operands = 1,
     .max_operands = SIZE_MAX,
     .words = "list show pin check",
     .run = fp_run_base},
    {.name = "cache",
     .operands = "show | prune | clear",
     .summary = "show what the cache holds, and remove of it",
     .text =
         "show lists downloads, packages, blobs and records with their sizes and the times of "
         "their use. prune removes what was used longest ago, until --max-size is left; a build "
         "does so by itself. clear removes all. Downloads under way stay, and what flinkpack "
         "did not put there.",
     .examples = "flinkpack cache show\n"
                 "flinkpack cache prune --max-size 2G\n",
     .groups = fp_groups_cache,
     .min_operands = 1,
     .max_operands = 1,
     .words = "show prune clear",
     .named_file_only = true,
     .run = fp_run_cache},
    {.name = "completion",
     .operands = "bash | zsh | fish",
     .summary = "write the completion script of a shell",
     .examples = "flinkpack completion bash \\\n"
                 "    > ~/.local/share/bash-completion/completions/flinkpack\n",
     .groups = fp_groups_plain,
     .min_operands = 1,
     .max_operands = 1,
     .words = "bash zsh fish",
     .run = fp_run_completion},
    {.name = "help",
     .operands = "[COMMAND]",
     .summary = "show this, or the help of a command",
     .groups = fp_groups_plain,
     .max_operands = 1,
     .run = fp_run_help},
    {.name = "version",
     .operands = "",
     .summary = "show the version, and those of its libraries",
     .groups = fp_groups_plain,
     .run = fp_run_version},
    {.name = "man",
     .operands = "",
     .summary = "write the manual page",
     .groups = fp_groups_plain,
     .hidden = true,
     .run = fp_run_man},
    {.name = NULL},
};

const struct fp_exit_status fp_exit_statuses[] = {
    {"0", "done"},
    {"1", "a defect of flinkpack"},
    {"2", "the command line, environment or configuration file is wrong"},
    {"3", "an input is not what it should be"},
    {"4", "credentials are missing or refused"},
    {"5", "a file, image, release or repository does not exist"},
    {"6", "the network failed; it may work later"},
    {"7", "a tag names another image already"},
    {"8", "something has not the digest, checksum, certificate or signature that it must have"},
    {"9", "the local file system failed: disk full, permission"},
    {"130, 143", "interrupted by SIGINT, SIGTERM"},
    {NULL, NULL},
};

const struct fp_variable fp_variables[] = {
    {"FLINKPACK_OPTION", "any option: FLINKPACK_JOB_JAR stands for --job-jar; the items of a list "
                         "are separated by line ends, and an empty value is an error"},
    {"SOURCE_DATE_EPOCH", "the time in the image, in seconds since 1970"},
    {"REGISTRY_AUTH_FILE, DOCKER_AUTH_CONFIG, DOCKER_CONFIG", "where credentials are"},
    {"FLINKPACK_KEY_PASSWORD", "the password of --sign-key; else COSIGN_PASSWORD"},
    {"HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "proxies"},
    {"SSL_CERT_FILE, SSL_CERT_DIR", "trusted certificates in place of the system's"},
    {"XDG_DATA_HOME, XDG_CACHE_HOME", "where the local store and the cache are kept"},
    {"NO_COLOR, TERM", "NO_COLOR, or TERM=dumb: lines instead of bars"},
    {NULL, NULL},
};

const struct fp_command *fp_command_find(const char *name)
{
    for (const struct fp_command *command = fp_commands; command->name != NULL; command++) {
        if (strcmp(command->name, name) == 0)
            return command;
    }
    return NULL;
}

void fp_run_put_json(struct fp_run *run, const json_t *value)
{
    cleanup_free char *text = fp_json_pretty(value);
    cleanup_free char *shown = fp_json_printable(text);
    run->is_document = true;
    fp_buf_putf(&run->out, "%s\n", shown);
}

void fp_run_result(struct fp_run *run, const char *name, const struct fp_digest *digest)
{
    if (run->result_name != NULL)
        return;
    run->result_name = fp_xstrdup(name);
    run->result_digest = *digest;
    fp_buf_putf(&run->out, "%s@%s\n", name, digest->text);
}

/* The options of manifests, and the files that these name. */
#include "generate_input.h"

#include <string.h>

#include "format.h"
#include "option_values.h"

/* A larger file is neither a patch nor a configuration of Flink. */
#define INPUT_MAX_BYTES ((size_t) 1 << 20)

static const struct fp_option_group *const generate_groups[] = {
    &fp_options_deploy_what,     &fp_options_deploy_job,
    &fp_options_deploy_size,     &fp_options_deploy_conf,
    &fp_options_deploy_pods,     &fp_options_deploy_ui,
    &fp_options_deploy_policies, NULL,
};

/* Read the YAML file that `option` names. */
static enum fp_code read_yaml(const char *option, const char *path, json_t **ret,
                              struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(INPUT_MAX_BYTES);
    FP_TRY(fp_context(fp_input_read(path, &text, err), err, "%s", option));
    return fp_yaml_parse(fp_buf_text(&text), text.len, path, ret, err);
}

static enum fp_code read_patches(const struct fp_args *args, bool is_merge,
                                 struct fp_generate_input *ret, struct fp_error *err)
{
    const struct fp_strv *files = is_merge ? &args->merge_patches : &args->patches;
    for (size_t i = 0; i < files->len; i++) {
        struct fp_deploy_patch patch = {.name = files->items[i], .is_merge = is_merge};
        json_t *document = NULL;
        FP_TRY(read_yaml(is_merge ? "--merge-patch" : "--patch", patch.name, &document, err));
        patch.document = document;
        ret->patches = fp_xreallocarray(ret->patches, ret->patch_count + 1, sizeof(*ret->patches));
        ret->patches[ret->patch_count++] = patch;
    }
    return FP_OK;
}

/* Add KEY=VALUE, or all keys of a file. */
static enum fp_code add_conf(const char *item, struct fp_strv *all, struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    if (strchr(item, '=') != NULL && !fp_path_exists(item)) {
        fp_strv_add(all, item);
        return FP_OK;
    }
    enum fp_code code = read_yaml("--conf", item, &document, err);
    if (code == FP_E_NOT_FOUND)
        fp_hint(err, "KEY=VALUE, or a file of keys");
    return code == FP_OK ? fp_deploy_flatten_conf(document, item, all, err) : code;
}

/* Replace each file of --conf by its keys, in place, and append the keys of -D. */
static enum fp_code expand_conf(struct fp_args *args, struct fp_error *err)
{
    cleanup_strv struct fp_strv given = args->deploy.conf;
    args->deploy.conf = (struct fp_strv){0};
    for (size_t i = 0; i < given.len; i++)
        FP_TRY(add_conf(given.items[i], &args->deploy.conf, err));
    for (size_t i = 0; i < args->defines.len; i++)
        fp_strv_add(&args->deploy.conf, args->defines.items[i]);
    return FP_OK;
}

static enum fp_code read_log_conf(struct fp_args *args, struct fp_generate_input *ret,
                                  struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(INPUT_MAX_BYTES);
    if (args->log_conf == NULL)
        return FP_OK;
    FP_TRY(fp_context(fp_input_read(args->log_conf, &text, err), err, "--log-conf"));
    if (memchr(fp_buf_text(&text), '\0', text.len) != NULL)
        return fp_fail(err, FP_E_USAGE, "--log-conf: %s: is not text", args->log_conf);
    ret->log_conf = fp_buf_take(&text);
    args->deploy.log_conf = ret->log_conf;
    args->deploy.log_conf_name = args->log_conf;
    return FP_OK;
}

enum fp_code fp_generate_input_read(struct fp_args *args, const struct fp_settings *settings,
                                    struct fp_generate_input *ret, struct fp_error *err)
{
    ret->args = args;
    fp_settings_list_of_file(settings, &args->deploy.yielding);
    args->deploy.values_name = settings->file;
    FP_TRY(read_patches(args, false, ret, err));
    FP_TRY(read_patches(args, true, ret, err));
    FP_TRY(read_log_conf(args, ret, err));
    return expand_conf(args, err);
}

/* Whether a key or option has a secret value. A reference to a variable reveals no secret. */
static bool is_secret(const char *key, const char *value)
{
    static const char *const words[] = {
        "password",  "passwd",      "secret",  "token",  "credential",  "access-key", "access.key",
        "accesskey", "account.key", "api-key", "apikey", "private-key", "sasl.jaas"};
    bool found = false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        found = found || strcasestr(key, words[i]) != NULL;
    return found && strncmp(value, "${", 2) != 0;
}

/* The word for a shell. If it is not printable, a placeholder stands for it. */
static char *shown_word(const char *text)
{
    cleanup_free char *shown = fp_xstrdup(text);
    fp_make_printable(shown);
    return strcmp(shown, text) == 0 ? fp_shell_word(text) : fp_xstrdup("VALUE");
}

/* A URL without the password in it. The caller owns it. */
static char *without_password(const char *text)
{
    const char *start = strstr(text, "://");
    const char *user = start != NULL ? start + 3 : "";
    size_t len = strcspn(user, "/?# ");
    const char *at = memrchr(user, '@', len);
    const char *colon = at != NULL ? memchr(user, ':', (size_t) (at - user)) : NULL;
    return colon != NULL ? fp_xasprintf("%.*s:SECRET%s", (int) (colon - text), text, at)
                         : fp_xstrdup(text);
}

/* "KEY=VALUE" quoted for a shell, with any secret value hidden. The caller owns it. */
static char *pair_word(const char *pair)
{
    const char *equals = strchr(pair, '=');
    cleanup_free char *key = fp_xstrndup(pair, strcspn(pair, "="));
    bool hides = equals != NULL && is_secret(key, equals + 1);
    cleanup_free char *shown = hides ? fp_xasprintf("%s=SECRET", key) : without_password(pair);
    return shown_word(shown);
}

static bool is_pipe(const char *path)
{
    return strcmp(path, "-") == 0 || strncmp(path, "/dev/", 5) == 0 ||
           strncmp(path, "/proc/", 6) == 0;
}

/* A repeated command reads its files again. A pipe cannot be read again, so "FILE" replaces it. */
static const char *repeatable(const struct fp_setting *setting)
{
    const char *value = setting->value;
    const char *metavar = setting->option->metavar;
    bool is_file = metavar != NULL && strstr(metavar, "FILE") != NULL;
    return is_file && is_pipe(value) ? "FILE" : value;
}

/* Image and savepoint are left out, because the next run has others. Secrets are hidden. */
static void add_again(struct fp_buf *line, const struct fp_setting *setting)
{
    static const char *const anew[] = {"image", "from-savepoint", "fromSavepoint"};
    const char *name = setting->option->name;
    bool is_pair = setting->option->kind == FP_OPTION_MAP || strcmp(name, "arguments") == 0;
    for (size_t i = 0; i < sizeof(anew) / sizeof(anew[0]); i++)
        if (strcmp(name, anew[i]) == 0)
            return;
    if (setting->value == NULL) {
        fp_buf_putf(line, " --%s", name);
        return;
    }
    cleanup_free char *plain = without_password(repeatable(setting));
    cleanup_free char *word = is_pair ? pair_word(plain) : shown_word(plain);
    bool takes_word = fp_option_needs_value(setting->option) && plain[0] != '-';
    fp_buf_putf(line, " --%s%s%s", name, takes_word ? " " : "=", word);
}

void fp_generate_input_remember(const struct fp_settings *settings, const char *output_dir,
                                const char *values, struct fp_generate_input *input)
{
    struct fp_buf line = FP_BUF_INIT(INPUT_MAX_BYTES);
    struct fp_buf words = FP_BUF_INIT(INPUT_MAX_BYTES);
    cleanup_free char *folder = output_dir != NULL ? shown_word(output_dir) : NULL;
    cleanup_free char *file = values != NULL ? shown_word(values) : NULL;
    fp_buf_puts(&line, "flinkpack generate --image NEW_IMAGE");
    if (file != NULL)
        fp_buf_putf(&line, " --values %s", is_pipe(values) ? "FILE" : file);
    if (folder != NULL)
        fp_buf_putf(&line, " --output-dir %s", folder);
    for (size_t i = 0; settings != NULL && i < settings->len; i++)
        if (settings->items[i].origin == FP_FROM_COMMAND_LINE)
            add_again(&line, &settings->items[i]);
    for (size_t i = 0; settings != NULL && i < settings->operands.len; i++) {
        const char *before = i > 0 ? settings->operands.items[i - 1] : "";
        const char *argument = settings->operands.items[i];
        bool hides = before[0] == '-' && argument[0] != '-' && is_secret(before, argument);
        cleanup_free char *word = hides ? fp_xstrdup("SECRET") : pair_word(argument);
        fp_buf_putf(&words, "%s%s", i == 0 ? " -- " : " ", word);
    }
    input->again = fp_buf_take(&line);
    input->again_arguments = fp_buf_take(&words);
    input->args->deploy.again = input->again;
    input->args->deploy.again_arguments = input->again_arguments;
}

enum fp_code fp_generate_input_from_values(const char *path, struct fp_generate_input *ret,
                                           struct fp_error *err)
{
    fp_args_init(&ret->own);
    if (path != NULL)
        FP_TRY(fp_settings_from_values(generate_groups, path, &ret->settings, err));
    FP_TRY(fp_settings_apply(generate_groups, &ret->settings, &ret->own, err));
    return fp_generate_input_read(&ret->own, &ret->settings, ret, err);
}

void fp_generate_input_clear(struct fp_generate_input *input)
{
    for (size_t i = 0; i < input->patch_count; i++)
        json_decref((json_t *) (uintptr_t) input->patches[i].document);
    free(input->patches);
    free(input->log_conf);
    free(input->again);
    free(input->again_arguments);
    if (input->args != NULL)
        fp_strv_clear(&input->args->deploy.yielding);
    fp_options_clear(generate_groups, &input->own);
    fp_settings_clear(&input->settings);
    *input = (struct fp_generate_input){0};
}

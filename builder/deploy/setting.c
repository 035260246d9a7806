/* Keys of Flink's configuration: their aliases, their values, and the fixed ones. */
#include "setting.h"

#include <string.h>

#include "text.h"

static const char *const pairs[][2] = {
    {"high-availability", "high-availability.type"},
    {"restart-strategy", "restart-strategy.type"},
    {"state.checkpoints.dir", "execution.checkpointing.dir"},
    {"state.savepoints.dir", "execution.checkpointing.savepoint-dir"},
};

const char *fp_setting_alias(const char *key)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (strcmp(key, pairs[i][0]) == 0)
            return pairs[i][1];
        if (strcmp(key, pairs[i][1]) == 0)
            return pairs[i][0];
    }
    return NULL;
}

const char *fp_given_setting(const struct fp_deployment *d, const char *key)
{
    size_t len = strlen(key);
    for (size_t i = d->options->conf.len; i > 0; i--) {
        const char *pair = d->options->conf.items[i - 1];
        if (strncmp(pair, key, len) == 0 && pair[len] == '=')
            return pair + len + 1;
    }
    return NULL;
}

bool fp_gives_settings(const struct fp_deployment *d, const char *prefix, const char *but)
{
    for (size_t i = 0; i < d->options->conf.len; i++) {
        const char *pair = d->options->conf.items[i];
        if (strncmp(pair, prefix, strlen(prefix)) == 0 &&
            (but == NULL || strncmp(pair, but, strlen(but)) != 0))
            return true;
    }
    return false;
}

bool fp_is_port(const char *key)
{
    static const char *const keys[] = {
        "jobmanager.rpc.port",
        "blob.server.port",
        "rest.port",
        "rest.bind-port",
        "jobmanager.rpc.bind-port",
        "taskmanager.rpc.port",
        "taskmanager.rpc.bind-port",
        "taskmanager.data.port",
        "taskmanager.data.bind-port",
        "kubernetes.cluster-id",
        "kubernetes.namespace",
        "metrics.reporter.prom.port",
        "query.proxy.ports",
        "queryable-state.proxy.ports",
        NULL,
    };
    return fp_is_one_of(key, keys);
}

char *fp_port_of_bind_port(const char *key)
{
    static const char end[] = ".bind-port";
    return fp_text_ends_with(key, end)
               ? fp_xasprintf("%.*s.port", (int) (strlen(key) - strlen(end)), key)
               : NULL;
}

char *fp_conf_text(const struct fp_deployment *d)
{
    struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(d->conf, key, value)
    {
        fp_buf_putf(&out, "%s: %s\n", key, json_string_value(value));
    }
    return fp_buf_take(&out);
}

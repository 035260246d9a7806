/* The plugins of Flink's distributions. */
#include "flinkpack/flink/version.h"

#include <string.h>

/* The plugins in opt/ or plugins/ of any version from 1.5 to 2.3. */
static const char known[] =
    " azure-fs-hadoop cep cep-scala external-resource-gpu gelly gelly-scala gs-fs-hadoop "
    "metrics-datadog metrics-dropwizard metrics-ganglia metrics-graphite metrics-influx "
    "metrics-influxdb metrics-jmx metrics-otel metrics-prometheus metrics-slf4j "
    "metrics-statsd ml oss-fs-hadoop python queryable-state-runtime s3-fs-hadoop "
    "s3-fs-native s3-fs-presto shaded-netty-tcnative-dynamic shaded-netty-tcnative-static "
    "sql-client sql-gateway state-processor-api streaming-python swift-fs-hadoop table "
    "table-planner ";

const char *fp_flink_plugin_names(void)
{
    return "s3-fs-presto, s3-fs-hadoop, gs-fs-hadoop (1.15 and later), azure-fs-hadoop, "
           "oss-fs-hadoop, "
           "metrics-prometheus, metrics-influx, metrics-datadog";
}

bool fp_flink_may_have_plugin(const struct fp_flink_version *version, const char *name)
{
    const char *own = strncmp(name, "flink-", 6) == 0 ? name + 6 : name;
    size_t len = strcspn(own, "_"); /* "table-planner_2.12" */
    if (fp_flink_at_least(version, 2, 4, 0))
        return true;
    if (strncmp(own, "gs-fs-hadoop", len) == 0 && len == strlen("gs-fs-hadoop"))
        return fp_flink_at_least(version, 1, 15, 0);
    cleanup_free char *word = fp_xasprintf(" %.*s ", (int) len, own);
    return strchr(own, ' ') == NULL && strstr(known, word) != NULL;
}

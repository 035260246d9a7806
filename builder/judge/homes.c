/* Which jar has a class that is in none of the given ones: Flink's modules that are not in its
 * lib/, connectors, and libraries that jobs are often built without. */
#include "homes.h"

#include <string.h>

#define FLINK "org/apache/flink/"

/* The planner is hidden since 1.15. */
static const struct fp_home PLANNER = {
    FLINK "table/planner/", "flink-table-planner_2.12",
    "the planner's classes are hidden in lib/flink-table-planner-loader since Flink 1.15: use the "
    "API instead, or put opt/flink-table-planner_2.12 in the loader's place",
    false};

/* The first row whose prefix fits is the answer. */
static const struct fp_home HOMES[] = {
    {FLINK "connector/kafka/ " FLINK "streaming/connectors/kafka/", "flink-connector-kafka", NULL,
     true},
    {FLINK "connector/jdbc/", "flink-connector-jdbc", NULL, true},
    {FLINK "connector/elasticsearch/ " FLINK "streaming/connectors/elasticsearch",
     "flink-connector-elasticsearch7 (or 6, 8)", NULL, true},
    {FLINK "connector/opensearch/", "flink-connector-opensearch", NULL, true},
    {FLINK "connector/pulsar/", "flink-connector-pulsar", NULL, true},
    {FLINK "connector/mongodb/", "flink-connector-mongodb", NULL, true},
    {FLINK "streaming/connectors/rabbitmq/ " FLINK "connector/rabbitmq2/",
     "flink-connector-rabbitmq", NULL, true},
    {FLINK "streaming/connectors/cassandra/ " FLINK "batch/connectors/cassandra/",
     "flink-connector-cassandra", NULL, true},
    {FLINK "connector/kinesis/ " FLINK "streaming/connectors/kinesis/",
     "flink-connector-kinesis or flink-connector-aws-kinesis-streams", NULL, true},
    {FLINK "connector/firehose/", "flink-connector-aws-kinesis-firehose", NULL, true},
    {FLINK "connector/dynamodb/", "flink-connector-dynamodb", NULL, true},
    {FLINK "connector/aws/", "flink-connector-aws-base", NULL, true},
    {FLINK "connector/hbase", "flink-connector-hbase", NULL, true},
    {FLINK "connectors/hive/ " FLINK "table/catalog/hive/", "flink-connector-hive", NULL, true},
    {FLINK "streaming/connectors/gcp/ " FLINK "connector/gcp/", "flink-connector-gcp-pubsub", NULL,
     true},
    {FLINK "connector/prometheus/", "flink-connector-prometheus", NULL, true},
    {FLINK "streaming/connectors/fs/", "flink-connector-filesystem", NULL, true},
    {FLINK "connector/file/", "flink-connector-files", NULL, false},
    {FLINK "connector/base/", "flink-connector-base", NULL, false},
    {FLINK "connector/datagen/", "flink-connector-datagen", NULL, false},
    {FLINK "streaming/connectors/", "a connector", NULL, true},
    {FLINK "cdc/", "a connector of Flink CDC", NULL, true},
    {FLINK "formats/avro/registry/", "flink-avro-confluent-registry", NULL, true},
    {FLINK "formats/avro/", "flink-avro", NULL, true},
    {FLINK "formats/parquet/", "flink-parquet", NULL, true},
    {FLINK "formats/protobuf/", "flink-protobuf", NULL, true},
    {FLINK "formats/compress/", "flink-compress", NULL, true},
    {FLINK "formats/sequencefile/", "flink-sequence-file", NULL, true},
    {FLINK "formats/json/", "flink-json", NULL, false},
    {FLINK "formats/csv/", "flink-csv", NULL, false},
    {FLINK "orc/", "flink-orc", NULL, true},
    {FLINK "cep/", "flink-cep", NULL, false},
    {FLINK "graph/", "flink-gelly", NULL, false},
    {FLINK "ml/ " FLINK "iteration/", "Flink ML", NULL, true},
    {FLINK "statefun/", "Stateful Functions", NULL, true},
    {FLINK "state/api/", "flink-state-processor-api", NULL, false},
    {FLINK "queryablestate/server/ " FLINK "queryablestate/client/proxy/",
     "flink-queryable-state-runtime", "--lib it, from opt/ of the distribution", false},
    {FLINK "hadoopcompatibility/", "flink-hadoop-compatibility", NULL, true},
    {FLINK "client/python/ " FLINK "python/ " FLINK "streaming/api/operators/python/",
     "flink-python", "--with-python3 puts it into lib/, or --lib it, from opt/", false},
    {FLINK "table/api/bridge/scala/ " FLINK "table/api/scala/", "flink-table-api-scala-bridge_2.12",
     NULL, false},
    {FLINK "api/scala/ " FLINK "streaming/api/scala/", "flink-scala_2.12",
     "keep lib/flink-scala_2.12, or put it into the job's jar", false},
    {FLINK "fs/s3 " FLINK "fs/gs/ " FLINK "fs/osshadoop/ " FLINK "fs/azurefs/",
     "a plugin of a file system", "the classes of plugins are hidden from jobs", false},
    {FLINK "test/ " FLINK "streaming/util/TestHarness " FLINK "runtime/testutils/",
     "the test utilities of Flink", "take them out of what the job runs", false},

    {"org/apache/hadoop/", "Hadoop",
     "set HADOOP_CLASSPATH on a base with Hadoop, or --lib flink-shaded-hadoop-2-uber "
     "(--hadoop-version, for Flink 1.8 and later)",
     true},
    {"org/apache/kafka/", "kafka-clients", NULL, true},
    {"com/ververica/cdc/", "a connector of Flink CDC 2", NULL, true},
    {"org/apache/iceberg/", "iceberg-flink-runtime", NULL, true},
    {"org/apache/hudi/", "hudi-flink-bundle", NULL, true},
    {"org/apache/paimon/", "paimon-flink", NULL, true},
    {"io/delta/", "delta-flink", NULL, true},
    {"org/apache/hive/", "flink-sql-connector-hive", NULL, true},
    {"org/apache/avro/", "flink-avro or avro", NULL, true},
    {"org/apache/parquet/", "flink-parquet", NULL, true},
    {"org/apache/orc/", "flink-orc", NULL, true},
    {"org/apache/beam/", "Beam's runner for Flink", NULL, true},
    {"com/mysql/ com/mysql/jdbc/", "mysql-connector-j", NULL, true},
    {"org/postgresql/", "postgresql, the JDBC driver", NULL, true},
    {"com/microsoft/sqlserver/", "mssql-jdbc", NULL, true},
    {"oracle/jdbc/", "ojdbc", NULL, true},
    {"com/amazonaws/ software/amazon/awssdk/", "the AWS SDK", NULL, true},
    {"kotlin/", "kotlin-stdlib", NULL, true},
    {"scala/", "scala-library, in the version that the job is compiled for",
     "compile the job for the Scala that Flink has; where lib/ has no flink-scala, put "
     "scala-library "
     "into the job's jar",
     false},
    {"org/slf4j/ org/apache/logging/log4j/", "the logging libraries of lib/",
     "keep them in lib/ of the image", false},
};

static bool is_below(const char *prefixes, const char *name)
{
    for (const char *at = prefixes; *at != '\0';) {
        size_t len = strcspn(at, " ");
        if (strncmp(at, name, len) == 0)
            return true;
        at += len + strspn(at + len, " ");
    }
    return false;
}

const struct fp_home *fp_class_home(const struct fp_flink_version *version, const char *class_name)
{
    if (fp_flink_at_least(version, 1, 15, 0) && is_below(PLANNER.prefixes, class_name))
        return &PLANNER;
    for (size_t i = 0; i < sizeof(HOMES) / sizeof(HOMES[0]); i++)
        if (is_below(HOMES[i].prefixes, class_name))
            return &HOMES[i];
    return NULL;
}

char *fp_class_home_advice(const struct fp_home *home)
{
    if (home->advice != NULL)
        return fp_xstrdup(home->advice);
    return fp_xasprintf("put %s into the job's jar (without the scope 'provided', by the shade "
                        "plugin), or add its jar with --lib",
                        home->jar);
}

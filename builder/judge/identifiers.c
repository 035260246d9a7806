/* The connectors and formats that are known by name, with the classes of their factories. */
#include "identifiers.h"

#include <string.h>

#define FLINK "org.apache.flink."
#define CDC(name)                                                                                  \
    "org.apache.flink.cdc.connectors." name " com.ververica.cdc.connectors." name                  \
    " com.alibaba.ververica.cdc.connectors." name

static const struct fp_identifier CONNECTORS[] = {
    {"kafka", FLINK "streaming.connectors.kafka.table.KafkaDynamicTableFactory",
     "flink-sql-connector-kafka", 0},
    {"upsert-kafka", FLINK "streaming.connectors.kafka.table.UpsertKafkaDynamicTableFactory",
     "flink-sql-connector-kafka", 0},
    {"jdbc",
     FLINK "connector.jdbc.table.JdbcDynamicTableFactory " FLINK
           "connector.jdbc.core.table.JdbcDynamicTableFactory",
     "flink-connector-jdbc", 0},
    {"elasticsearch-6",
     FLINK "streaming.connectors.elasticsearch.table.Elasticsearch6DynamicSinkFactory " FLINK
           "connector.elasticsearch.table.Elasticsearch6DynamicSinkFactory",
     "flink-sql-connector-elasticsearch6", 0},
    {"elasticsearch-7",
     FLINK "streaming.connectors.elasticsearch.table.Elasticsearch7DynamicSinkFactory " FLINK
           "connector.elasticsearch.table.Elasticsearch7DynamicSinkFactory " FLINK
           "connector.elasticsearch.table.Elasticsearch7DynamicTableFactory",
     "flink-sql-connector-elasticsearch7", 0},
    {"elasticsearch-8",
     FLINK "connector.elasticsearch.table.Elasticsearch8DynamicSinkFactory " FLINK
           "connector.elasticsearch.table.Elasticsearch8DynamicTableFactory",
     "flink-sql-connector-elasticsearch8", 0},
    {"opensearch", FLINK "connector.opensearch.table.OpensearchDynamicSinkFactory",
     "flink-sql-connector-opensearch", 0},
    {"hbase-1.4", FLINK "connector.hbase1.HBase1DynamicTableFactory",
     "flink-sql-connector-hbase-1.4", 0},
    {"hbase-2.2 hbase-2.6",
     FLINK "connector.hbase2.HBase2DynamicTableFactory " FLINK
           "connector.hbase2.HBase26DynamicTableFactory",
     "flink-sql-connector-hbase-2.2", 0},
    {"kinesis kinesis-legacy",
     FLINK "streaming.connectors.kinesis.table.KinesisDynamicTableFactory " FLINK
           "connector.kinesis.table.KinesisDynamicTableSinkFactory " FLINK
           "connector.kinesis.table.KinesisDynamicTableFactory "
           "software.amazon.kinesis.connectors.flink.table.KinesisDynamicTableFactory",
     "flink-sql-connector-kinesis", 0},
    {"firehose", FLINK "connector.firehose.table.KinesisFirehoseDynamicTableFactory",
     "flink-sql-connector-aws-kinesis-firehose", 0},
    {"dynamodb", FLINK "connector.dynamodb.table.DynamoDbDynamicSinkFactory",
     "flink-sql-connector-dynamodb", 0},
    {"mongodb", FLINK "connector.mongodb.table.MongoDynamicTableFactory",
     "flink-sql-connector-mongodb", 0},
    {"pulsar upsert-pulsar",
     FLINK "connector.pulsar.table.PulsarTableFactory " FLINK
           "streaming.connectors.pulsar.table.PulsarDynamicTableFactory " FLINK
           "streaming.connectors.pulsar.table.UpsertPulsarDynamicTableFactory",
     "flink-sql-connector-pulsar", 0},
    {"filesystem",
     FLINK "connector.file.table.FileSystemTableFactory " FLINK
           "table.filesystem.FileSystemTableFactory",
     "flink-connector-files", 11},
    {"datagen",
     FLINK "connector.datagen.table.DataGenTableSourceFactory " FLINK
           "table.factories.DataGenTableSourceFactory",
     "flink-table", 11},
    {"print",
     FLINK "connector.print.table.PrintTableSinkFactory " FLINK
           "table.factories.PrintTableSinkFactory",
     "flink-table", 11},
    {"blackhole",
     FLINK "connector.blackhole.table.BlackHoleTableSinkFactory " FLINK
           "table.factories.BlackHoleTableSinkFactory",
     "flink-table", 11},
    {"mysql-cdc", CDC("mysql.table.MySqlTableSourceFactory"), "flink-sql-connector-mysql-cdc", 0},
    {"postgres-cdc", CDC("postgres.table.PostgreSQLTableFactory"),
     "flink-sql-connector-postgres-cdc", 0},
    {"mongodb-cdc", CDC("mongodb.table.MongoDBTableSourceFactory"),
     "flink-sql-connector-mongodb-cdc", 0},
    {"oracle-cdc", CDC("oracle.table.OracleTableSourceFactory"), "flink-sql-connector-oracle-cdc",
     0},
    {"sqlserver-cdc", CDC("sqlserver.table.SqlServerTableFactory"),
     "flink-sql-connector-sqlserver-cdc", 0},
    {"db2-cdc", CDC("db2.table.Db2TableSourceFactory"), "flink-sql-connector-db2-cdc", 0},
    {"tidb-cdc", CDC("tidb.table.TiDBTableSourceFactory"), "flink-sql-connector-tidb-cdc", 0},
    {"oceanbase-cdc", CDC("oceanbase.table.OceanBaseTableSourceFactory"),
     "flink-sql-connector-oceanbase-cdc", 0},
    {"vitess-cdc", CDC("vitess.table.VitessTableFactory"), "flink-sql-connector-vitess-cdc", 0},
    {"iceberg", "org.apache.iceberg.flink.FlinkDynamicTableFactory", "iceberg-flink-runtime", 0},
    {"hudi", "org.apache.hudi.table.HoodieTableFactory", "hudi-flink-bundle", 0},
    {"paimon", "org.apache.paimon.flink.FlinkTableFactory", "paimon-flink", 0},
    {"delta", "io.delta.flink.internal.table.DeltaDynamicTableFactory", "delta-flink", 0},
    {"doris", "org.apache.doris.flink.table.DorisDynamicTableFactory", "flink-doris-connector", 0},
    {"starrocks",
     "com.starrocks.connector.flink.table.sink.StarRocksDynamicTableSinkFactory "
     "com.starrocks.connector.flink.table.source.StarRocksDynamicTableSourceFactory",
     "flink-connector-starrocks", 0},
};

#define JSON FLINK "formats.json."

static const struct fp_identifier FORMATS[] = {
    {"json", JSON "JsonFormatFactory " JSON "JsonFileFormatFactory", "flink-json", 11},
    {"debezium-json", JSON "debezium.DebeziumJsonFormatFactory", "flink-json", 11},
    {"canal-json", JSON "canal.CanalJsonFormatFactory", "flink-json", 11},
    {"maxwell-json", JSON "maxwell.MaxwellJsonFormatFactory", "flink-json", 12},
    {"ogg-json", JSON "ogg.OggJsonFormatFactory", "flink-json", 15},
    {"csv",
     FLINK "formats.csv.CsvFormatFactory " FLINK "formats.csv.CsvFileFormatFactory " FLINK
           "formats.csv.CsvFileSystemFormatFactory",
     "flink-csv", 11},
    {"raw", FLINK "formats.raw.RawFormatFactory", "flink-table", 12},
    {"avro",
     FLINK "formats.avro.AvroFormatFactory " FLINK "formats.avro.AvroFileFormatFactory " FLINK
           "formats.avro.AvroFileSystemFormatFactory",
     "flink-sql-avro", 0},
    {"avro-confluent", FLINK "formats.avro.registry.confluent.RegistryAvroFormatFactory",
     "flink-sql-avro-confluent-registry", 0},
    {"debezium-avro-confluent",
     FLINK "formats.avro.registry.confluent.debezium.DebeziumAvroFormatFactory",
     "flink-sql-avro-confluent-registry", 0},
    {"parquet",
     FLINK "formats.parquet.ParquetFileFormatFactory " FLINK
           "formats.parquet.ParquetFileSystemFormatFactory",
     "flink-sql-parquet", 0},
    {"orc", FLINK "orc.OrcFileFormatFactory " FLINK "orc.OrcFileSystemFormatFactory",
     "flink-sql-orc", 0},
    {"protobuf",
     FLINK "formats.protobuf.PbFormatFactory " FLINK "formats.protobuf.PbFileFormatFactory",
     "flink-sql-protobuf", 0},
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct fp_identifier *find(const struct fp_identifier *rows, size_t count,
                                        const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (fp_word_listed(rows[i].names, name, strlen(name)))
            return &rows[i];
    return NULL;
}

const struct fp_identifier *fp_identifier_of_connector(const char *name)
{
    return find(CONNECTORS, COUNT(CONNECTORS), name);
}

const struct fp_identifier *fp_identifier_of_format(const char *name)
{
    return find(FORMATS, COUNT(FORMATS), name);
}

const struct fp_identifier *fp_identifier_of_factory(const char *class_name)
{
    size_t len = strlen(class_name);
    for (size_t i = 0; i < COUNT(CONNECTORS); i++)
        if (fp_word_listed(CONNECTORS[i].factories, class_name, len))
            return &CONNECTORS[i];
    for (size_t i = 0; i < COUNT(FORMATS); i++)
        if (fp_word_listed(FORMATS[i].factories, class_name, len))
            return &FORMATS[i];
    return NULL;
}

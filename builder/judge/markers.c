/* A table of classes by which libraries are known. A class that was relocated has another name, and
 * does no harm. */
#include "markers.h"

#include <stdlib.h>
#include <string.h>

#include "flinkpack/support.h"

struct marker {
    const char *entry;
    const char *library;
};

/* Ordered by the entry. */
static const struct marker MARKERS[] = {
    {"ch/qos/logback/classic/Logger.class", "logback"},
    {"com/esotericsoftware/kryo/Kryo.class", "kryo"},
    {"com/esotericsoftware/kryo/SerializerFactory.class", "kryo-5"},
    {"com/fasterxml/jackson/databind/ObjectMapper.class", "jackson"},
    {"com/google/common/collect/ImmutableList.class", "guava"},
    {"com/google/protobuf/Message.class", "protobuf"},
    {"org/apache/avro/Schema.class", "avro"},
    {"org/apache/commons/cli/Option$Builder.class", "commons-cli-1.3"},
    {"org/apache/commons/cli/Option.class", "commons-cli"},
    {"org/apache/flink/api/java/DataSet.class", "flink-java"},
    {"org/apache/flink/api/scala/typeutils/CaseClassSerializer.class", "flink-scala"},
    {"org/apache/flink/client/program/PackagedProgram.class", "flink-clients"},
    {"org/apache/flink/connector/kafka/source/KafkaSource.class", "flink-connector-kafka"},
    {"org/apache/flink/core/fs/FileSystem.class", "flink-core"},
    {"org/apache/flink/runtime/jobgraph/JobGraph.class", "flink-runtime"},
    {"org/apache/flink/streaming/api/environment/StreamExecutionEnvironment.class",
     "flink-streaming-java"},
    {"org/apache/flink/streaming/api/scala/StreamExecutionEnvironment.class",
     "flink-streaming-scala"},
    {"org/apache/flink/streaming/connectors/kafka/FlinkKafkaConsumer.class",
     "flink-connector-kafka"},
    {"org/apache/flink/table/api/TableEnvironment.class", "flink-table-api-java"},
    {"org/apache/flink/table/planner/delegation/PlannerBase.class", "flink-table-planner"},
    {"org/apache/flink/table/planner/loader/PlannerModule.class", "flink-table-planner-loader"},
    {"org/apache/flink/table/runtime/operators/TableStreamOperator.class", "flink-table-runtime"},
    {"org/apache/hadoop/conf/Configuration.class", "hadoop"},
    {"org/apache/kafka/common/serialization/Deserializer.class", "kafka-clients"},
    {"org/apache/log4j/Log4jLoggerFactory.class", "log4j-over-slf4j"},
    {"org/apache/log4j/Logger.class", "log4j-1"},
    {"org/apache/logging/log4j/core/LoggerContext.class", "log4j-core"},
    {"org/apache/logging/slf4j/Log4jLogger.class", "log4j-slf4j-impl"},
    {"org/codehaus/janino/SimpleCompiler.class", "janino"},
    {"org/rocksdb/RocksDB.class", "rocksdb"},
    {"org/slf4j/LoggerFactory.class", "slf4j-api"},
    {"org/slf4j/impl/JDK14LoggerFactory.class", "slf4j-jdk14"},
    {"org/slf4j/impl/Log4jLoggerFactory.class", "slf4j-log4j12"},
    {"org/slf4j/impl/SimpleLoggerFactory.class", "slf4j-simple"},
    {"org/slf4j/impl/StaticLoggerBinder.class", "slf4j-binding"},
    {"org/slf4j/simple/SimpleLoggerFactory.class", "slf4j-simple"},
    {"scala/Predef.class", "scala-library"},
    {"scala/Product$class.class", "scala-2.11"},
    {"scala/collection/immutable/LazyList.class", "scala-2.13"},
};

static int compare(const void *name, const void *row)
{
    return strcmp(name, ((const struct marker *) row)->entry);
}

const char *fp_marker_of(const char *entry)
{
    const struct marker *found =
        bsearch(entry, MARKERS, sizeof(MARKERS) / sizeof(MARKERS[0]), sizeof(MARKERS[0]), compare);
    return found != NULL ? found->library : NULL;
}

/* The APIs that Flink removed, each with the version that lacks it and what took its place. A row
 * is true of all later versions too; the first one that matches is told. */
#include "history.h"

#include <stddef.h>

#define DATA_STREAM                                                                                \
    "the DataStream API in batch mode (execution.runtime-mode: BATCH), or the Table API"
#define NO_SCALA "the Java API, which Scala can call, or the library flink-scala-api"
#define NEW_SOURCE                                                                                 \
    "Source of FLIP-27 (fromSource); the old class is in "                                         \
    "org.apache.flink.streaming.api.functions.source.legacy"
#define NEW_SINK                                                                                   \
    "Sink V2 (sinkTo); the old class is in org.apache.flink.streaming.api.functions.sink.legacy"

const struct fp_api_change fp_api_removals[] = {
    /* Flink 2.0: the DataSet API. */
    {"api/java/DataSet api/java/ExecutionEnvironment api/java/ExecutionEnvironmentFactory "
     "api/java/LocalEnvironment api/java/RemoteEnvironment api/java/CollectionEnvironment "
     "api/java/operators/* api/java/io/* api/java/aggregation/* api/java/summarize/* "
     "api/java/sampling/* api/java/utils/DataSetUtils",
     2, 0, "the DataSet API", DATA_STREAM},
    {"graph/*", 2, 0, "Gelly", "a graph library outside of Flink"},
    /* Flink 2.0: the Scala APIs of DataStream, DataSet and CEP. */
    {"api/scala/* streaming/api/scala/* cep/scala/*", 2, 0, "the Scala API", NO_SCALA},
    /* Flink 2.0: sources and sinks older than FLIP-27 and FLIP-143. */
    {"streaming/api/functions/source/SourceFunction "
     "streaming/api/functions/source/RichSourceFunction "
     "streaming/api/functions/source/ParallelSourceFunction "
     "streaming/api/functions/source/RichParallelSourceFunction "
     "streaming/api/functions/source/FromElementsFunction "
     "streaming/api/functions/source/FromIteratorFunction "
     "streaming/api/functions/source/FromSplittableIteratorFunction "
     "streaming/api/functions/source/SocketTextStreamFunction "
     "streaming/api/functions/source/StatefulSequenceSource "
     "streaming/api/functions/source/InputFormatSourceFunction "
     "streaming/api/functions/source/ContinuousFileMonitoringFunction "
     "streaming/api/functions/source/FileMonitoringFunction "
     "streaming/api/functions/source/FileReadFunction "
     "streaming/api/functions/source/MessageAcknowledgingSourceBase "
     "streaming/api/functions/source/MultipleIdsMessageAcknowledgingSourceBase",
     2, 0, "SourceFunction", NEW_SOURCE},
    {"streaming/api/functions/sink/SinkFunction "
     "streaming/api/functions/sink/RichSinkFunction "
     "streaming/api/functions/sink/TwoPhaseCommitSinkFunction "
     "streaming/api/functions/sink/DiscardingSink "
     "streaming/api/functions/sink/PrintSinkFunction "
     "streaming/api/functions/sink/OutputFormatSinkFunction "
     "streaming/api/functions/sink/SocketClientSink streaming/api/functions/sink/Write*",
     2, 0, "SinkFunction", NEW_SINK},
    {"streaming/api/functions/sink/filesystem/StreamingFileSink", 2, 0, "StreamingFileSink",
     "org.apache.flink.connector.file.sink.FileSink"},
    {"streaming/connectors/kafka/FlinkKafkaConsumer* "
     "streaming/connectors/kafka/FlinkKafkaProducer*",
     2, 0, "FlinkKafkaConsumer and FlinkKafkaProducer",
     "KafkaSource and KafkaSink of flink-connector-kafka 4"},
    {"api/connector/sink/Sink api/connector/sink/SinkWriter api/connector/sink/Committer "
     "api/connector/sink/GlobalCommitter",
     2, 0, "the first version of Sink", "Sink V2, org.apache.flink.api.connector.sink2"},
    {"api/connector/sink2/StatefulSink api/connector/sink2/TwoPhaseCommittingSink "
     "streaming/api/connector/sink2/WithPreWriteTopology "
     "streaming/api/connector/sink2/WithPreCommitTopology "
     "streaming/api/connector/sink2/WithPostCommitTopology",
     2, 0, "StatefulSink and TwoPhaseCommittingSink",
     "SupportsWriterState and SupportsCommitter in the same package, or a connector for Flink 2"},
    {"connector/file/src/reader/FileRecordFormat connector/file/src/reader/TextLineFormat", 2, 0,
     "FileRecordFormat", "StreamFormat, such as TextLineInputFormat"},
    /* Flink 2.0: time, state and checkpoints. */
    {"api/common/time/Time streaming/api/windowing/time/Time", 2, 0, "the class Time",
     "java.time.Duration"},
    {"streaming/api/TimeCharacteristic "
     "streaming/api/environment/StreamExecutionEnvironment#setStreamTimeCharacteristic "
     "streaming/api/environment/StreamExecutionEnvironment#getStreamTimeCharacteristic",
     2, 0, "TimeCharacteristic",
     "nothing in its place: event time is the default, and windows say if theirs is another"},
    {"streaming/api/functions/AscendingTimestampExtractor "
     "streaming/api/functions/AssignerWithPeriodicWatermarks "
     "streaming/api/functions/AssignerWithPunctuatedWatermarks "
     "streaming/api/functions/IngestionTimeExtractor "
     "streaming/api/functions/TimestampAssigner",
     2, 0, "timestamp extractors", "WatermarkStrategy"},
    {"runtime/state/filesystem/FsStateBackend runtime/state/filesystem/FsStateBackendFactory "
     "runtime/state/memory/MemoryStateBackend runtime/state/memory/MemoryStateBackendFactory",
     2, 0, "FsStateBackend and MemoryStateBackend",
     "the setting state.backend.type: hashmap, with execution.checkpointing.dir"},
    {"contrib/streaming/state/RocksDBStateBackend "
     "contrib/streaming/state/RocksDBStateBackendFactory",
     2, 0, "RocksDBStateBackend",
     "the setting state.backend.type: rocksdb, with execution.checkpointing.dir"},
    {"contrib/streaming/state/PredefinedOptions "
     "contrib/streaming/state/DefaultConfigurableOptionsFactory",
     2, 0, "the RocksDB backend of this package", "that of org.apache.flink.state.rocksdb"},
    {"runtime/state/CheckpointListener", 2, 0, "this CheckpointListener",
     "org.apache.flink.api.common.state.CheckpointListener"},
    {"streaming/api/environment/StreamExecutionEnvironment#setStateBackend "
     "streaming/api/environment/StreamExecutionEnvironment#getStateBackend",
     2, 0, "setStateBackend",
     "the setting state.backend.type, or StateBackendOptions.STATE_BACKEND in the job's "
     "Configuration"},
    {"api/common/restartstrategy/RestartStrategies "
     "streaming/api/environment/StreamExecutionEnvironment#setRestartStrategy "
     "streaming/api/environment/StreamExecutionEnvironment#getRestartStrategy "
     "streaming/api/environment/StreamExecutionEnvironment#setNumberOfExecutionRetries "
     "streaming/api/environment/StreamExecutionEnvironment#getNumberOfExecutionRetries "
     "api/common/ExecutionConfig#setRestartStrategy "
     "api/common/ExecutionConfig#getRestartStrategy "
     "api/common/ExecutionConfig#setNumberOfExecutionRetries "
     "api/common/ExecutionConfig#setExecutionRetryDelay",
     2, 0, "RestartStrategies",
     "the setting restart-strategy.type, or RestartStrategyOptions in the job's Configuration"},
    {"streaming/api/environment/CheckpointConfig#*CheckpointStorage "
     "streaming/api/environment/CheckpointConfig#enableExternalizedCheckpoints "
     "streaming/api/environment/CheckpointConfig#*ExternalizedCheckpointCleanup "
     "streaming/api/environment/CheckpointConfig#*FailOnCheckpointingErrors "
     "streaming/api/environment/CheckpointConfig#*AlignmentTimeout "
     "streaming/api/environment/CheckpointConfig#*ForceCheckpointing",
     2, 0, "old methods of CheckpointConfig",
     "settings of CheckpointingOptions, such as execution.checkpointing.dir, and "
     "setExternalizedCheckpointRetention"},
    {"streaming/api/environment/ExecutionCheckpointingOptions", 2, 0,
     "ExecutionCheckpointingOptions", "org.apache.flink.configuration.CheckpointingOptions"},
    {"runtime/jobgraph/SavepointConfigOptions", 2, 0, "SavepointConfigOptions",
     "org.apache.flink.configuration.StateRecoveryOptions"},
    {"core/execution/RestoreMode", 2, 0, "RestoreMode", "RecoveryClaimMode"},
    /* Flink 2.0: methods and helpers. */
    {"streaming/api/datastream/IterativeStream streaming/api/datastream/*#iterate", 2, 0,
     "iterations of streams", "the iterations of Flink ML, or a loop through a queue"},
    {"streaming/api/datastream/*#timeWindow streaming/api/datastream/*#timeWindowAll", 2, 0,
     "timeWindow", "window(TumblingEventTimeWindows.of(Duration)) and the like"},
    {"streaming/api/datastream/*#writeAsText streaming/api/datastream/*#writeAsCsv", 2, 0,
     "writeAsText and writeAsCsv", "sinkTo(FileSink)"},
    {"streaming/api/environment/*#readTextFile", 2, 0, "readTextFile",
     "fromSource(FileSource with TextLineInputFormat)"},
    {"api/common/functions/*RuntimeContext#getIndexOfThisSubtask "
     "api/common/functions/*RuntimeContext#getNumberOfParallelSubtasks "
     "api/common/functions/*RuntimeContext#getMaxNumberOfParallelSubtasks "
     "api/common/functions/*RuntimeContext#getAttemptNumber "
     "api/common/functions/*RuntimeContext#getTaskName "
     "api/common/functions/*RuntimeContext#getTaskNameWithSubtasks",
     2, 0, "old methods of RuntimeContext", "getTaskInfo() (Flink 1.19 and later)"},
    {"api/common/functions/*RuntimeContext#getJobId", 2, 0, "old methods of RuntimeContext",
     "getJobInfo() (Flink 1.19 and later)"},
    {"api/common/functions/*RuntimeContext#getExecutionConfig", 2, 0,
     "old methods of RuntimeContext",
     "createSerializer(), getGlobalJobParameters() and isObjectReuseEnabled()"},
    {"api/connector/sink2/*#getNumberOfParallelSubtasks api/connector/sink2/*#getSubtaskId "
     "api/connector/sink2/*#getAttemptNumber api/connector/sink2/*#getJobId",
     2, 0, "old methods of a Sink's InitContext", "getTaskInfo() and getJobInfo()"},
    {"configuration/*#getBoolean configuration/*#setBoolean configuration/*#getClass "
     "configuration/*#setClass configuration/*#getDouble configuration/*#setDouble "
     "configuration/*#getFloat configuration/*#setFloat configuration/*#getInteger "
     "configuration/*#setInteger configuration/*#getLong configuration/*#setLong",
     2, 0, "typed methods of Configuration", "get(ConfigOption) and set(ConfigOption, value)"},
    {"streaming/api/environment/*#registerType "
     "streaming/api/environment/*#registerTypeWithKryoSerializer "
     "streaming/api/environment/*#addDefaultKryoSerializer "
     "api/common/ExecutionConfig#register*Type* "
     "api/common/ExecutionConfig#registerTypeWithKryoSerializer "
     "api/common/ExecutionConfig#addDefaultKryoSerializer "
     "api/common/ExecutionConfig#*ForceKryo api/common/ExecutionConfig#*ForceAvro "
     "api/common/ExecutionConfig#*GenericTypes "
     "api/common/ExecutionConfig#disableAutoTypeRegistration",
     2, 0, "registration of types and serializers in code",
     "the settings pipeline.serialization-config, pipeline.force-kryo, pipeline.generic-types"},
    {"api/common/ExecutionMode api/common/InputDependencyConstraint "
     "api/common/ExecutionConfig#setExecutionMode",
     2, 0, "ExecutionMode", "nothing: it served the DataSet API"},
    {"api/java/utils/ParameterTool api/java/utils/MultipleParameterTool "
     "api/java/utils/AbstractParameterTool",
     2, 0, "ParameterTool of this package", "that of org.apache.flink.util"},
    {"streaming/util/serialization/*", 2, 0, "the schemas of this package",
     "those of org.apache.flink.api.common.serialization"},
    {"formats/json/JsonNodeDeserializationSchema", 2, 0, "JsonNodeDeserializationSchema",
     "JsonDeserializationSchema<>(ObjectNode.class)"},
    {"formats/json/JsonRowDeserializationSchema formats/json/JsonRowSerializationSchema "
     "formats/csv/CsvRowDeserializationSchema formats/csv/CsvRowSerializationSchema",
     2, 0, "schemas of JSON and CSV for Row",
     "JsonDeserializationSchema, CsvReaderFormat or the Table API"},
    {"configuration/AkkaOptions", 2, 0, "AkkaOptions", "org.apache.flink.configuration.RpcOptions"},
    {"streaming/api/functions/windowing/RichProcessWindowFunction "
     "streaming/api/functions/windowing/RichProcessAllWindowFunction",
     2, 0, "RichProcessWindowFunction", "ProcessWindowFunction, which is rich"},
    {"streaming/api/datastream/*#keyBy(?I)* streaming/api/datastream/*#keyBy(?Ljava/lang/String;)*",
     2, 0, "keyBy() with positions or names of fields", "keyBy(KeySelector)"},
    {"api/*#createSerializer(Lorg/apache/flink/api/common/ExecutionConfig;)*", 2, 0,
     "createSerializer(ExecutionConfig)",
     "createSerializer(SerializerConfig) (Flink 1.19 and later)"},
    {"streaming/api/environment/*#enableCheckpointing()*", 2, 0, "enableCheckpointing()",
     "enableCheckpointing(INTERVAL)"},
    {"api/*#open(Lorg/apache/flink/configuration/Configuration;)* "
     "streaming/*#open(Lorg/apache/flink/configuration/Configuration;)*",
     2, 0, "open(Configuration)", "open(OpenContext) (Flink 1.19 and later)"},
    /* Flink 2.0: the Table API. */
    {"table/sources/TableSource table/sources/StreamTableSource "
     "table/sources/InputFormatTableSource table/sources/LookupableTableSource "
     "table/sources/FilterableTableSource table/sources/LimitableTableSource "
     "table/sources/PartitionableTableSource table/sources/ProjectableTableSource "
     "table/sources/NestedFieldsProjectableTableSource table/sources/Defined* "
     "table/sources/RowtimeAttributeDescriptor table/sources/FieldComputer "
     "table/factories/TableSourceFactory table/factories/StreamTableSourceFactory",
     2, 0, "TableSource", "DynamicTableSource with DynamicTableSourceFactory"},
    {"table/sinks/TableSink table/sinks/StreamTableSink table/sinks/OutputFormatTableSink "
     "table/sinks/AppendStreamTableSink table/sinks/RetractStreamTableSink "
     "table/sinks/UpsertStreamTableSink table/sinks/OverwritableTableSink "
     "table/sinks/PartitionableTableSink table/factories/TableSinkFactory "
     "table/factories/StreamTableSinkFactory table/factories/TableFactory",
     2, 0, "TableSink", "DynamicTableSink with DynamicTableSinkFactory"},
    {"table/api/TableSchema table/api/TableColumn table/api/WatermarkSpec "
     "table/api/constraints/* table/api/TableResult#getTableSchema",
     2, 0, "TableSchema", "org.apache.flink.table.api.Schema and ResolvedSchema"},
    {"table/descriptors/Schema table/descriptors/Rowtime table/descriptors/Descriptor", 2, 0,
     "descriptors of tables", "org.apache.flink.table.api.TableDescriptor"},
    {"table/connector/source/TableFunctionProvider "
     "table/connector/source/AsyncTableFunctionProvider",
     2, 0, "TableFunctionProvider", "LookupFunctionProvider and AsyncLookupFunctionProvider"},
    {"table/connector/source/SourceFunctionProvider", 2, 0,
     "SourceFunctionProvider of this package",
     "SourceProvider, or org.apache.flink.legacy.table.connector.source"},
    {"table/connector/sink/SinkFunctionProvider table/connector/sink/SinkProvider", 2, 0,
     "SinkFunctionProvider and SinkProvider", "SinkV2Provider"},
    {"table/catalog/CatalogTableImpl", 2, 0, "CatalogTableImpl", "CatalogTable.newBuilder()"},
    {"table/api/bridge/java/*#registerDataStream", 2, 0, "registerDataStream",
     "createTemporaryView(NAME, STREAM)"},
    {"table/api/TableConfig#setIdleStateRetentionTime "
     "table/api/TableConfig#getMinIdleStateRetentionTime "
     "table/api/TableConfig#getMaxIdleStateRetentionTime",
     2, 0, "methods for idle state of TableConfig", "the setting table.exec.state.ttl"},
    /* Flink 1.20. */
    {"runtime/jobgraph/RestoreMode", 1, 20, "RestoreMode of this package",
     "that of org.apache.flink.core.execution"},
    /* Flink 1.16 and 1.15. */
    {"table/factories/DeserializationSchemaFactory "
     "table/factories/SerializationSchemaFactory table/factories/TableFormatFactory "
     "table/factories/TableFormatFactoryBase",
     1, 16, "old factories of formats",
     "DeserializationFormatFactory and SerializationFormatFactory"},
    {"table/api/*Environment#sqlUpdate table/api/*Environment#insertInto "
     "table/api/*Environment#fromTableSource table/api/*Environment#execute "
     "table/api/*Environment#explain",
     1, 15, "sqlUpdate, insertInto and execute of TableEnvironment",
     "executeSql(), executeInsert() and StatementSet"},
    {"table/api/EnvironmentSettings$Builder#use*Planner table/api/PlannerType", 1, 15,
     "the choice of a planner", "nothing: there is one planner"},
    {"table/factories/FileSystemFormatFactory", 1, 15, "FileSystemFormatFactory",
     "BulkReaderFormatFactory and BulkWriterFormatFactory of flink-connector-files"},
    {"streaming/api/windowing/assigners/TumblingTimeWindows "
     "streaming/api/windowing/assigners/SlidingTimeWindows",
     1, 15, "TumblingTimeWindows and SlidingTimeWindows",
     "TumblingEventTimeWindows and SlidingEventTimeWindows"},
    /* Flink 1.14. */
    {"table/api/bridge/java/BatchTableEnvironment "
     "table/api/bridge/scala/BatchTableEnvironment",
     1, 14, "BatchTableEnvironment", "TableEnvironment with EnvironmentSettings.inBatchMode()"},
    {"table/api/*Environment#connect table/descriptors/ConnectTableDescriptor "
     "table/descriptors/ConnectorDescriptor table/descriptors/FormatDescriptor "
     "table/descriptors/FileSystem",
     1, 14, "TableEnvironment.connect()", "executeSql(\"CREATE TABLE ...\") or TableDescriptor"},
    {"table/sources/BatchTableSource table/sinks/BatchTableSink "
     "table/factories/BatchTableSourceFactory table/factories/BatchTableSinkFactory",
     1, 14, "BatchTableSource and BatchTableSink", "DynamicTableSource and DynamicTableSink"},
    {"streaming/api/operators/MailboxExecutor", 1, 14, "MailboxExecutor of this package",
     "that of org.apache.flink.api.common.operators"},
    {"streaming/api/transformations/ShuffleMode", 1, 14, "ShuffleMode", "StreamExchangeMode"},
    /* Flink 1.13. */
    {"core/memory/HybridMemorySegment core/memory/HeapMemorySegment", 1, 13,
     "kinds of MemorySegment", "org.apache.flink.core.memory.MemorySegment"},
    {"table/catalog/config/CatalogConfig", 1, 13, "CatalogConfig", "nothing"},
    /* Flink 1.12. */
    {"streaming/api/datastream/SplitStream streaming/api/collector/selector/* "
     "streaming/api/datastream/*#split",
     1, 12, "DataStream.split()", "side outputs: OutputTag and getSideOutput()"},
    {"api/common/functions/FoldFunction api/common/functions/RichFoldFunction "
     "streaming/api/datastream/*#fold",
     1, 12, "fold()", "aggregate() or reduce()"},
    {"api/common/state/FoldingState api/common/state/FoldingStateDescriptor", 1, 12, "FoldingState",
     "AggregatingState"},
    {"api/common/functions/RuntimeContext#getFoldingState", 1, 11, "FoldingState",
     "AggregatingState"},
    {"table/api/*Environment#registerTableSource table/api/*Environment#registerTableSink", 1, 12,
     "registerTableSource and registerTableSink", "executeSql(\"CREATE TABLE ...\")"},
    {"streaming/connectors/kafka/FlinkKafkaConsumer08 "
     "streaming/connectors/kafka/FlinkKafkaConsumer09",
     1, 11, "the connectors for Kafka 0.8 and 0.9", "flink-connector-kafka"},
    {"streaming/connectors/kafka/FlinkKafkaConsumer01* "
     "streaming/connectors/kafka/FlinkKafkaProducer01*",
     1, 12, "the connectors for Kafka 0.10 and 0.11", "flink-connector-kafka"},
    /* Flink 1.11 to 1.7. */
    {"table/api/java/*", 1, 11, "this package of the Table API",
     "org.apache.flink.table.api.bridge.java"},
    {"table/api/QueryConfig table/api/StreamQueryConfig table/api/BatchQueryConfig", 1, 11,
     "QueryConfig", "TableConfig"},
    {"table/dataformat/*", 1, 11, "BaseRow and its kin",
     "RowData and its kin, org.apache.flink.table.data"},
    {"streaming/api/functions/TimestampExtractor streaming/api/datastream/*#assignTimestamps", 1,
     11, "TimestampExtractor", "assignTimestampsAndWatermarks()"},
    {"table/catalog/ExternalCatalog table/factories/ExternalCatalogFactory "
     "table/api/*Environment#registerExternalCatalog",
     1, 10, "ExternalCatalog", "Catalog, with registerCatalog()"},
    {"api/common/functions/StoppableFunction", 1, 9, "StoppableFunction",
     "stopping a job with a savepoint"},
    {"streaming/api/transformations/StreamTransformation", 1, 9, "StreamTransformation",
     "org.apache.flink.api.dag.Transformation"},
    {"api/common/typeutils/CompatibilityResult api/common/typeutils/CompatibilityUtil", 1, 8,
     "CompatibilityResult", "TypeSerializerSnapshot"},
    {NULL, 0, 0, NULL, NULL},
};

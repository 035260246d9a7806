/* The APIs that came with a version of Flink, each with the first version that has it. */
#include "history.h"

#include <stddef.h>

const struct fp_api_change fp_api_additions[] = {
    {"api/common/typeutils/TypeSerializerSnapshot", 1, 7, NULL, NULL},
    {"api/dag/Transformation streaming/api/functions/co/KeyedCoProcessFunction "
     "table/api/DataTypes table/api/EnvironmentSettings table/catalog/Catalog "
     "table/catalog/CatalogTable table/catalog/ObjectPath table/functions/AsyncTableFunction "
     "core/plugin/Plugin",
     1, 9, NULL, NULL},
    {"core/execution/JobClient core/execution/JobListener table/annotation/DataTypeHint "
     "streaming/api/environment/StreamExecutionEnvironment#executeAsync "
     "streaming/api/environment/StreamExecutionEnvironment#configure "
     "table/api/*Environment#createTemporaryView table/api/*Environment#from",
     1, 10, NULL, NULL},
    {"api/common/eventtime/* api/connector/source/* table/annotation/FunctionHint "
     "table/api/Expressions table/api/TableResult table/api/StatementSet "
     "table/api/bridge/java/StreamTableEnvironment table/connector/source/DynamicTableSource "
     "table/connector/sink/DynamicTableSink table/factories/DynamicTableSourceFactory "
     "table/factories/DynamicTableSinkFactory table/factories/FactoryUtil table/data/RowData "
     "table/data/GenericRowData table/data/StringData types/RowKind "
     "streaming/api/environment/StreamExecutionEnvironment#fromSource "
     "table/api/*Environment#executeSql table/api/*Environment#createStatementSet "
     "table/api/*Environment#fromValues table/api/*Environment#createTemporaryFunction "
     "table/api/*Environment#createTemporarySystemFunction table/api/Table#execute "
     "table/api/Table#executeInsert",
     1, 11, NULL, NULL},
    {"api/common/RuntimeExecutionMode api/common/state/CheckpointListener "
     "streaming/api/datastream/*#sinkTo streaming/api/datastream/*#executeAndCollect "
     "streaming/api/environment/StreamExecutionEnvironment#setRuntimeMode "
     "streaming/api/environment/StreamExecutionEnvironment#fromSequence "
     "connector/file/sink/FileSink connector/file/src/FileSource "
     "table/data/utils/JoinedRowData table/connector/source/SourceProvider",
     1, 12, NULL, NULL},
    {"contrib/streaming/state/EmbeddedRocksDBStateBackend "
     "runtime/state/hashmap/HashMapStateBackend "
     "runtime/state/storage/FileSystemCheckpointStorage "
     "runtime/state/storage/JobManagerCheckpointStorage table/api/Schema "
     "table/catalog/ResolvedSchema table/catalog/Column table/catalog/ResolvedCatalogTable "
     "table/api/bridge/java/StreamTableEnvironment#toDataStream "
     "table/api/bridge/java/StreamTableEnvironment#toChangelogStream "
     "table/api/bridge/java/StreamTableEnvironment#fromChangelogStream",
     1, 13, NULL, NULL},
    {"table/api/TableDescriptor table/api/FormatDescriptor "
     "table/api/bridge/java/StreamStatementSet api/common/operators/SlotSharingGroup "
     "table/api/*Environment#createTable table/api/*Environment#createTemporaryTable "
     "table/api/EnvironmentSettings#inStreamingMode "
     "table/api/EnvironmentSettings#inBatchMode",
     1, 14, NULL, NULL},
    {"api/connector/sink2/* table/connector/sink/SinkV2Provider "
     "table/data/utils/ProjectedRowData "
     "streaming/api/datastream/SingleOutputStreamOperator#setDescription "
     "connector/base/sink/AsyncSinkBase",
     1, 15, NULL, NULL},
    {"streaming/api/datastream/CachedDataStream "
     "streaming/api/functions/async/AsyncRetryStrategy "
     "streaming/api/functions/sink/PrintSink table/functions/LookupFunction "
     "table/functions/AsyncLookupFunction table/connector/source/lookup/* "
     "streaming/api/datastream/*#collectAsync",
     1, 16, NULL, NULL},
    {"connector/datagen/source/DataGeneratorSource "
     "connector/datagen/source/GeneratorFunction "
     "api/connector/source/util/ratelimit/RateLimiterStrategy table/catalog/TableChange",
     1, 17, NULL, NULL},
    {"table/catalog/CatalogStore table/procedures/Procedure table/procedure/ProcedureContext "
     "table/catalog/listener/*",
     1, 18, NULL, NULL},
    {"api/common/functions/OpenContext api/common/JobInfo "
     "api/common/serialization/SerializerConfig api/connector/sink2/WriterInitContext "
     "api/connector/sink2/SupportsCommitter api/connector/sink2/SupportsWriterState "
     "streaming/api/functions/sink/v2/DiscardingSink table/functions/AsyncScalarFunction "
     "streaming/api/environment/StreamExecutionEnvironment#fromData "
     "api/common/functions/*RuntimeContext#getTaskInfo "
     "api/common/functions/*RuntimeContext#getJobInfo "
     "api/common/functions/*RuntimeContext#createSerializer "
     "api/common/functions/*RuntimeContext#getGlobalJobParameters",
     1, 19, NULL, NULL},
    {"core/execution/CheckpointingMode streaming/api/datastream/PartitionWindowedStream "
     "streaming/api/lineage/* table/catalog/CatalogMaterializedTable "
     "streaming/api/datastream/*#fullWindowPartition",
     1, 20, NULL, NULL},
    {"streaming/api/functions/source/legacy/* streaming/api/functions/sink/legacy/* "
     "state/rocksdb/* util/ParameterTool util/MultipleParameterTool "
     "core/execution/RecoveryClaimMode "
     "api/common/serialization/ByteArraySchema table/functions/ProcessTableFunction "
     "streaming/api/datastream/*#enableAsyncState core/execution/JobStatusChangedListener",
     2, 0, NULL, NULL},
    {"table/api/ModelDescriptor table/functions/PredictFunction "
     "table/functions/AsyncPredictFunction table/ml/* types/variant/* "
     "table/api/PartitionedTable table/api/Table#partitionBy table/api/Table#process",
     2, 1, NULL, NULL},
    {"table/functions/VectorSearchFunction table/functions/AsyncVectorSearchFunction "
     "table/api/FunctionDescriptor",
     2, 2, NULL, NULL},
    {"types/bitmap/* table/secret/*", 2, 3, NULL, NULL},
    {NULL, 0, 0, NULL, NULL},
};

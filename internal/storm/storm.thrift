// The requests of a client to Storm's Nimbus, and the answers of Nimbus.
//
// Ids, names, types and requiredness are those of Storm 2.8.3, because both ends
// must agree on them. TestIDLEqualsStorm compares them with Storm's Java classes.
// This file leaves out what only daemons exchange (Assignment has maps with lists
// as keys, which Go cannot express), DRPC, worker tokens, profiling, and owner
// summaries. A release in brackets is the first one with the field or call. Older
// servers skip unknown fields and answer unknown calls with UNKNOWN_METHOD.

namespace go storm

// ---- The topology ----

// The argument of a Java constructor or method. Its Java type is the boxed one.
union JavaObjectArg {
  1: i32 int_arg
  2: i64 long_arg
  3: string string_arg
  4: bool bool_arg
  5: binary binary_arg
  6: double double_arg
}

struct JavaObject {
  1: required string full_class_name
  2: required list<JavaObjectArg> args_list
}

// A process that speaks the multilang protocol. Its argv is exactly these two.
struct ShellComponent {
  1: string execution_command
  2: string script
}

union ComponentObject {
  1: binary serialized_java // java.io.Serializable's format
  2: ShellComponent shell
  3: JavaObject java_object
}

struct NullStruct {}

union Grouping {
  1: list<string> fields // an empty list is the global grouping
  2: NullStruct shuffle
  3: NullStruct all
  4: NullStruct none
  5: NullStruct direct
  6: JavaObject custom_object
  7: binary custom_serialized
  8: NullStruct local_or_shuffle
}

struct GlobalStreamId {
  1: required string componentId
  2: required string streamId
}

struct StreamInfo {
  1: required list<string> output_fields
  2: required bool direct
}

struct ComponentCommon {
  1: required map<GlobalStreamId, Grouping> inputs
  2: required map<string, StreamInfo> streams // by stream id
  3: optional i32 parallelism_hint // executors
  4: optional string json_conf // a JSON object
}

struct SpoutSpec {
  1: required ComponentObject spout_object
  2: required ComponentCommon common
}

struct Bolt {
  1: required ComponentObject bolt_object
  2: required ComponentCommon common
}

// Storm requires this part of a topology, but never implemented it.
struct StateSpoutSpec {
  1: required ComponentObject state_spout_object
  2: required ComponentCommon common
}

// Sizes in MB [2.0].
struct SharedMemory {
  1: required string name
  2: optional double on_heap
  3: optional double off_heap_worker
  4: optional double off_heap_node
}

// An id is unique in all three maps together.
struct StormTopology {
  1: required map<string, SpoutSpec> spouts
  2: required map<string, Bolt> bolts
  3: required map<string, StateSpoutSpec> state_spouts
  4: optional list<binary> worker_hooks
  5: optional list<string> dependency_jars // blob keys [1.1]
  6: optional list<string> dependency_artifacts // blob keys [1.1]
  7: optional string storm_version // of the client [1.2]
  8: optional string jdk_version // of the client [1.2]
  9: optional map<string, set<string>> component_to_shared_memory // [2.0]
  10: optional map<string, SharedMemory> shared_memory // by name [2.0]
}

enum TopologyInitialStatus {
  ACTIVE = 1
  INACTIVE = 2
}

struct Credentials {
  1: required map<string, string> creds
  2: optional string topoOwner // asserted, if set [2.0]
}

struct SubmitOptions {
  1: required TopologyInitialStatus initial_status
  2: optional Credentials creds
}

// ---- Lifecycle ----

// wait_secs, here and below: how long the spouts are off before the action.
// The default is the topology's message timeout.
struct KillOptions {
  1: optional i32 wait_secs
}

struct RebalanceOptions {
  1: optional i32 wait_secs
  2: optional i32 num_workers
  3: optional map<string, i32> num_executors // by component
  4: optional map<string, map<string, double>> topology_resources_overrides // [2.0]
  5: optional string topology_conf_overrides // a JSON object; Nimbus does not validate it [2.0]
  6: optional string principal // Nimbus sets it
}

// ---- Exceptions ----

exception AlreadyAliveException {
  1: required string msg
}

exception NotAliveException {
  1: required string msg
}

exception AuthorizationException {
  1: required string msg
}

exception InvalidTopologyException {
  1: required string msg
}

exception KeyNotFoundException {
  1: required string msg
}

exception KeyAlreadyExistsException {
  1: required string msg
}

exception IllegalStateException {
  1: required string msg
}

// ---- The cluster ----

struct NimbusSummary {
  1: required string host // the name under which it advertises itself
  2: required i32 port
  3: required i32 uptime_secs
  4: required bool isLeader
  5: required string version
  6: optional i32 tlsPort // [2.7]
}

// Here and below, memory is in MB and CPU in percent of a core.
struct SupervisorSummary {
  1: required string host
  2: required i32 uptime_secs
  3: required i32 num_workers // slots
  4: required i32 num_used_workers
  5: required string supervisor_id
  6: optional string version = "VERSION_NOT_PROVIDED"
  7: optional map<string, double> total_resources
  8: optional double used_mem
  9: optional double used_cpu
  10: optional double fragmented_mem
  11: optional double fragmented_cpu
  12: optional bool blacklisted
  13: optional map<string, double> used_generic_resources
}

struct TopologySummary {
  1: required string id
  2: required string name
  3: required i32 num_tasks
  4: required i32 num_executors
  5: required i32 num_workers
  6: required i32 uptime_secs
  7: required string status // ACTIVE, INACTIVE, KILLED, REBALANCING
  8: optional string storm_version
  9: optional string topology_version
  513: optional string sched_status
  514: optional string owner
  515: optional i32 replication_count
  521: optional double requested_memonheap
  522: optional double requested_memoffheap
  523: optional double requested_cpu
  524: optional double assigned_memonheap
  525: optional double assigned_memoffheap
  526: optional double assigned_cpu
  527: optional map<string, double> requested_generic_resources
  528: optional map<string, double> assigned_generic_resources
}

struct ClusterSummary {
  1: required list<SupervisorSummary> supervisors
  3: required list<TopologySummary> topologies
  4: required list<NimbusSummary> nimbuses
}

// ---- A running topology ----

struct ErrorInfo {
  1: required string error // exception and stack
  2: required i32 error_time_secs // since the epoch
  3: optional string host
  4: optional i32 port
}

// The keys of statistics are windows ("600", "10800", "86400", ":all-time"), and
// below them streams. Averages are in milliseconds.
struct BoltStats {
  1: required map<string, map<GlobalStreamId, i64>> acked
  2: required map<string, map<GlobalStreamId, i64>> failed
  3: required map<string, map<GlobalStreamId, double>> process_ms_avg
  4: required map<string, map<GlobalStreamId, i64>> executed
  5: required map<string, map<GlobalStreamId, double>> execute_ms_avg
}

struct SpoutStats {
  1: required map<string, map<string, i64>> acked
  2: required map<string, map<string, i64>> failed
  3: required map<string, map<string, double>> complete_ms_avg
}

union ExecutorSpecificStats {
  1: BoltStats bolt
  2: SpoutStats spout
}

struct ExecutorStats {
  1: required map<string, map<string, i64>> emitted
  2: required map<string, map<string, i64>> transferred
  3: required ExecutorSpecificStats specific
  4: required double rate
}

// The tasks of one executor, from the first to the last.
struct ExecutorInfo {
  1: required i32 task_start
  2: required i32 task_end
}

struct ExecutorSummary {
  1: required ExecutorInfo executor_info
  2: required string component_id
  3: required string host
  4: required i32 port // of the worker
  5: required i32 uptime_secs // at the last heartbeat with statistics
  7: optional ExecutorStats stats
}

struct DebugOptions {
  1: optional bool enable
  2: optional double samplingpct
}

struct TopologyInfo {
  1: required string id
  2: required string name
  3: required i32 uptime_secs
  4: required list<ExecutorSummary> executors // empty: not scheduled
  5: required string status
  6: required map<string, list<ErrorInfo>> errors // by component
  7: optional map<string, DebugOptions> component_debug
  8: optional string storm_version
  513: optional string sched_status
  514: optional string owner
  515: optional i32 replication_count
  521: optional double requested_memonheap
  522: optional double requested_memoffheap
  523: optional double requested_cpu
  524: optional double assigned_memonheap
  525: optional double assigned_memoffheap
  526: optional double assigned_cpu
}

enum NumErrorsChoice {
  ALL
  NONE
  ONE
}

struct GetInfoOptions {
  1: optional NumErrorsChoice num_err_choice
}

struct CommonAggregateStats {
  1: optional i32 num_executors
  2: optional i32 num_tasks
  3: optional i64 emitted
  4: optional i64 transferred
  5: optional i64 acked
  6: optional i64 failed
  7: optional map<string, double> resources_map
}

struct SpoutAggregateStats {
  1: optional double complete_latency_ms
}

struct BoltAggregateStats {
  1: optional double execute_latency_ms
  2: optional double process_latency_ms
  3: optional i64 executed
  4: optional double capacity
}

union SpecificAggregateStats {
  1: BoltAggregateStats bolt
  2: SpoutAggregateStats spout
}

enum ComponentType {
  BOLT = 1
  SPOUT = 2
}

struct ComponentAggregateStats {
  1: optional ComponentType type
  2: optional CommonAggregateStats common_stats
  3: optional SpecificAggregateStats specific_stats
  4: optional ErrorInfo last_error
}

struct TopologyStats {
  1: optional map<string, i64> window_to_emitted
  2: optional map<string, i64> window_to_transferred
  3: optional map<string, double> window_to_complete_latencies_ms
  4: optional map<string, i64> window_to_acked
  5: optional map<string, i64> window_to_failed
}

struct WorkerSummary {
  1: optional string supervisor_id
  2: optional string host
  3: optional i32 port
  4: optional string topology_id
  5: optional string topology_name
  6: optional i32 num_executors
  7: optional map<string, i64> component_to_num_tasks
  8: optional i32 time_secs
  9: optional i32 uptime_secs
  521: optional double requested_memonheap
  522: optional double requested_memoffheap
  523: optional double requested_cpu
  524: optional double assigned_memonheap
  525: optional double assigned_memoffheap
  526: optional double assigned_cpu
  527: optional string owner
}

struct SupervisorPageInfo {
  1: optional list<SupervisorSummary> supervisor_summaries
  2: optional list<WorkerSummary> worker_summaries
}

struct TopologyPageInfo {
  1: required string id
  2: optional string name
  3: optional i32 uptime_secs
  4: optional string status
  5: optional i32 num_tasks
  6: optional i32 num_workers
  7: optional i32 num_executors
  8: optional string topology_conf
  9: optional map<string, ComponentAggregateStats> id_to_spout_agg_stats
  10: optional map<string, ComponentAggregateStats> id_to_bolt_agg_stats
  11: optional string sched_status
  12: optional TopologyStats topology_stats
  13: optional string owner
  14: optional DebugOptions debug_options
  15: optional i32 replication_count
  16: optional list<WorkerSummary> workers
  17: optional string storm_version
  18: optional string topology_version
  521: optional double requested_memonheap
  522: optional double requested_memoffheap
  523: optional double requested_cpu
  524: optional double assigned_memonheap
  525: optional double assigned_memoffheap
  526: optional double assigned_cpu
  527: optional double requested_regular_on_heap_memory
  528: optional double requested_shared_on_heap_memory
  529: optional double requested_regular_off_heap_memory
  530: optional double requested_shared_off_heap_memory
  531: optional double assigned_regular_on_heap_memory
  532: optional double assigned_shared_on_heap_memory
  533: optional double assigned_regular_off_heap_memory
  534: optional double assigned_shared_off_heap_memory
  535: optional map<string, double> requested_generic_resources
  536: optional map<string, double> assigned_generic_resources
}

struct ExecutorAggregateStats {
  1: optional ExecutorSummary exec_summary
  2: optional ComponentAggregateStats stats
}

struct ComponentPageInfo {
  1: required string component_id
  2: required ComponentType component_type
  3: optional string topology_id
  4: optional string topology_name
  5: optional i32 num_executors
  6: optional i32 num_tasks
  7: optional map<string, ComponentAggregateStats> window_to_stats
  8: optional map<GlobalStreamId, ComponentAggregateStats> gsid_to_input_stats
  9: optional map<string, ComponentAggregateStats> sid_to_output_stats
  10: optional list<ExecutorAggregateStats> exec_stats
  11: optional list<ErrorInfo> errors
  12: optional string eventlog_host
  13: optional i32 eventlog_port
  14: optional DebugOptions debug_options
  15: optional string topology_status
  16: optional map<string, double> resources_map
}

// ---- Log levels ----

enum LogLevelAction {
  UNCHANGED = 1
  UPDATE = 2
  REMOVE = 3
}

struct LogLevel {
  1: required LogLevelAction action
  2: optional string target_log_level
  3: optional i32 reset_log_level_timeout_secs // 0: never
  4: optional i64 reset_log_level_timeout_epoch // Nimbus sets it
  5: optional string reset_log_level // the default is INFO
}

struct LogConfig {
  2: optional map<string, LogLevel> named_logger_level // "ROOT" is one
}

// ---- Profiles of workers ----

enum ProfileAction {
  JPROFILE_STOP
  JPROFILE_START
  JPROFILE_DUMP
  JMAP_DUMP
  JSTACK_DUMP
  JVM_RESTART
}

struct NodeInfo {
  1: required string node // a host in a profile request
  2: required set<i64> port
}

struct ProfileRequest {
  1: required NodeInfo nodeInfo
  2: required ProfileAction action
  3: optional i64 time_stamp // milliseconds since the epoch; the Supervisor stops a profile then
}

// ---- Blobs ----

enum AccessControlType {
  OTHER = 1
  USER = 2
}

struct AccessControl {
  1: required AccessControlType type
  2: optional string name
  3: required i32 access // 1 read, 2 write, 4 admin
}

struct SettableBlobMeta {
  1: required list<AccessControl> acl
  2: optional i32 replication_factor
}

struct ReadableBlobMeta {
  1: required SettableBlobMeta settable
  2: required i64 version // it changes with the data
}

struct ListBlobsResult {
  1: required list<string> keys
  2: required string session
}

struct BeginDownloadResult {
  1: required i64 version
  2: required string session
  3: optional i64 data_size
}

// ---- Calls ----

service Nimbus {
  // Submission. Only the leader answers these, except the check of the name.
  bool isTopologyNameAllowed(1: string name) throws (1: AuthorizationException aze) // [1.1]
  string beginFileUpload() throws (1: AuthorizationException aze)
  void uploadChunk(1: string location, 2: binary chunk) throws (1: AuthorizationException aze)
  void finishFileUpload(1: string location) throws (1: AuthorizationException aze)
  void submitTopology(1: string name, 2: string uploadedJarLocation, 3: string jsonConf, 4: StormTopology topology) throws (1: AlreadyAliveException e, 2: InvalidTopologyException ite, 3: AuthorizationException aze)
  void submitTopologyWithOpts(1: string name, 2: string uploadedJarLocation, 3: string jsonConf, 4: StormTopology topology, 5: SubmitOptions options) throws (1: AlreadyAliveException e, 2: InvalidTopologyException ite, 3: AuthorizationException aze)

  // Lifecycle. Only the leader answers these.
  void killTopology(1: string name) throws (1: NotAliveException e, 2: AuthorizationException aze)
  void killTopologyWithOpts(1: string name, 2: KillOptions options) throws (1: NotAliveException e, 2: AuthorizationException aze)
  void activate(1: string name) throws (1: NotAliveException e, 2: AuthorizationException aze)
  void deactivate(1: string name) throws (1: NotAliveException e, 2: AuthorizationException aze)
  void rebalance(1: string name, 2: RebalanceOptions options) throws (1: NotAliveException e, 2: InvalidTopologyException ite, 3: AuthorizationException aze)
  void uploadNewCredentials(1: string name, 2: Credentials creds) throws (1: NotAliveException e, 2: InvalidTopologyException ite, 3: AuthorizationException aze)

  // The cluster.
  NimbusSummary getLeader() throws (1: AuthorizationException aze) // [1.1]
  string getNimbusConf() throws (1: AuthorizationException aze) // JSON
  ClusterSummary getClusterInfo() throws (1: AuthorizationException aze)
  SupervisorPageInfo getSupervisorPageInfo(1: string id, 2: string host, 3: bool is_include_sys) throws (1: NotAliveException e, 2: AuthorizationException aze) // [1.1]

  // Topologies.
  list<TopologySummary> getTopologySummaries() throws (1: AuthorizationException aze) // [2.3]
  TopologySummary getTopologySummaryByName(1: string name) throws (1: NotAliveException e, 2: AuthorizationException aze) // [2.3]
  TopologySummary getTopologySummary(1: string id) throws (1: NotAliveException e, 2: AuthorizationException aze) // [2.3]
  TopologyInfo getTopologyInfoByName(1: string name) throws (1: NotAliveException e, 2: AuthorizationException aze) // [2.3]
  TopologyInfo getTopologyInfo(1: string id) throws (1: NotAliveException e, 2: AuthorizationException aze)
  TopologyInfo getTopologyInfoByNameWithOpts(1: string name, 2: GetInfoOptions options) throws (1: NotAliveException e, 2: AuthorizationException aze) // [2.3]
  TopologyInfo getTopologyInfoWithOpts(1: string id, 2: GetInfoOptions options) throws (1: NotAliveException e, 2: AuthorizationException aze)
  TopologyPageInfo getTopologyPageInfo(1: string id, 2: string window, 3: bool is_include_sys) throws (1: NotAliveException e, 2: AuthorizationException aze)
  ComponentPageInfo getComponentPageInfo(1: string topology_id, 2: string component_id, 3: string window, 4: bool is_include_sys) throws (1: NotAliveException e, 2: AuthorizationException aze)
  string getTopologyConf(1: string id) throws (1: NotAliveException e, 2: AuthorizationException aze) // JSON
  StormTopology getTopology(1: string id) throws (1: NotAliveException e, 2: AuthorizationException aze) // with system components
  StormTopology getUserTopology(1: string id) throws (1: NotAliveException e, 2: AuthorizationException aze) // without system components

  // Details of a topology.
  void setLogConfig(1: string name, 2: LogConfig config)
  LogConfig getLogConfig(1: string name)
  void debug(1: string name, 2: string component, 3: bool enable, 4: double samplingPercentage) throws (1: NotAliveException e, 2: AuthorizationException aze)
  void setWorkerProfiler(1: string id, 2: ProfileRequest profileRequest)
  list<ProfileRequest> getComponentPendingProfileActions(1: string id, 2: string component_id, 3: ProfileAction action)

  // Blobs.
  string beginCreateBlob(1: string key, 2: SettableBlobMeta meta) throws (1: AuthorizationException aze, 2: KeyAlreadyExistsException kae)
  string beginUpdateBlob(1: string key) throws (1: AuthorizationException aze, 2: KeyNotFoundException knf)
  void uploadBlobChunk(1: string session, 2: binary chunk) throws (1: AuthorizationException aze)
  void finishBlobUpload(1: string session) throws (1: AuthorizationException aze)
  void cancelBlobUpload(1: string session) throws (1: AuthorizationException aze)
  ReadableBlobMeta getBlobMeta(1: string key) throws (1: AuthorizationException aze, 2: KeyNotFoundException knf)
  void setBlobMeta(1: string key, 2: SettableBlobMeta meta) throws (1: AuthorizationException aze, 2: KeyNotFoundException knf)
  BeginDownloadResult beginBlobDownload(1: string key) throws (1: AuthorizationException aze, 2: KeyNotFoundException knf)
  binary downloadBlobChunk(1: string session) throws (1: AuthorizationException aze) // call until the answer is empty, and not again
  void deleteBlob(1: string key) throws (1: AuthorizationException aze, 2: KeyNotFoundException knf, 3: IllegalStateException ise)
  ListBlobsResult listBlobs(1: string session) // begin with "", and stop when no keys come
  i32 getBlobReplication(1: string key) throws (1: AuthorizationException aze, 2: KeyNotFoundException knf)
  i32 updateBlobReplication(1: string key, 2: i32 replication) throws (1: AuthorizationException aze, 2: KeyNotFoundException knf)
  void createStateInZookeeper(1: string key)
  bool isRemoteBlobExists(1: string blobKey) throws (1: AuthorizationException aze) // [2.0]
}

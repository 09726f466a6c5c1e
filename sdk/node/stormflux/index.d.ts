/** Any value that Storm can carry between components. Integers that a number cannot hold exactly arrive as bigint. */
export type Value = string | number | bigint | boolean | null | readonly Value[] | { readonly [key: string]: Value | undefined }

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** The configuration of the topology, with the component's own settings. */
export type Conf = Readonly<Record<string, any>>

/** A tuple that a bolt received. It can be iterated over: its values. */
export declare class Tuple implements Iterable<any> {
  readonly id: string
  /** The component that emitted the tuple. */
  readonly component: string
  readonly stream: string
  /** The task that emitted the tuple; -1 for a tick. */
  readonly task: number
  readonly values: readonly any[]
  /** The names of the values. */
  readonly fields: readonly string[]
  readonly length: number
  /** Whether Storm made the tuple because time has passed. */
  readonly isTick: boolean
  private constructor()
  /** Returns the value of a field, or at a position from 0. It throws if there is none. */
  get(key: string | number): any
  /** Whether the stream has this field. */
  has(field: string): boolean
  /** Returns the values by field. */
  toObject(): Record<string, any>
  [Symbol.iterator](): Iterator<any>
}

/** The place of a component in its topology. */
export declare class Context {
  /** What Storm sent. */
  readonly raw: Readonly<Record<string, any>>
  /** The id of this task. */
  readonly taskId: number
  readonly componentId: string
  /** The position of this task among the tasks of its component, counted from 0. */
  readonly taskIndex: number
  /** The number of the tasks of this component. */
  readonly taskCount: number
  /** The fields of each stream of this component. */
  readonly outputFields: Readonly<Record<string, readonly string[]>>
  private constructor()
  /** Returns the component of a task. */
  componentOf(task: number): string | undefined
  /** Returns the ids of a component's tasks in ascending order. */
  tasks(component: string): number[]
  /** Returns the fields of a stream that this component reads. */
  sourceFields(component: string, stream?: string): readonly string[]
}

/** Writes to Storm's log. The methods format like console.log. */
export interface Logger {
  trace(...values: unknown[]): void
  debug(...values: unknown[]): void
  info(...values: unknown[]): void
  warn(...values: unknown[]): void
  error(...values: unknown[]): void
}

export interface EmitOptions {
  /** By default the stream "default". */
  stream?: string
  /**
   * The only task that gets the tuple. The stream must be declared direct, and Storm 2.6 and later cannot do it for
   * programs.
   */
  directTask?: number
  /** Whether emit returns a promise of the tasks that get the tuple. This costs a round trip. */
  needTaskIds?: boolean
}

export interface BoltEmitOptions extends EmitOptions {
  /** The tuples from which the new tuple is made, or their ids. By default the tuple that process handles. */
  anchors?: Iterable<Tuple | string>
}

export interface SpoutEmitOptions extends EmitOptions {
  /** Any value; ack or fail get it later. Without it, the spout never hears what became of the tuple. */
  id?: Value
}

/** What spouts and bolts have in common. */
export declare abstract class Component {
  /**
   * Whether the process ends after an exception, which is reported in any case. Storm then restarts the worker. By default
   * true.
   */
  exitOnException: boolean
  /** The lowest level that `log` sends to Storm, by default "info". With topology.debug it is "debug". */
  logLevel: LogLevel
  /** Writes to Storm's log. It is there from initialize on. */
  log: Logger
  readonly conf: Conf
  readonly context: Context
  /** Prepares the component before its first tuple. An exception ends the process. */
  initialize(conf: Conf, context: Context): void | Promise<void>
  /** Releases what the component holds. Storm may kill a worker without it. */
  cleanup(): void | Promise<void>
  /** Reports an error to Storm, which shows it among the errors of the component. */
  reportError(error: unknown, tuple?: Tuple): void
  /**
   * Passes params to the metric of that name. The metric must be registered in the JVM for the component. If it is not,
   * Storm ends the worker. Components that are only a program have no metrics.
   */
  reportMetric(name: string, params: Value): void
}

/**
 * A source of tuples. Its methods are called one at a time: Storm waits for their promises.
 *
 *     class Sentences extends Spout {
 *       nextTuple() {
 *         this.emit(['the quick brown fox'], { id: this.next++ })
 *       }
 *     }
 */
export declare abstract class Spout extends Component {
  /** Emits what is available, usually one tuple. If it emits nothing, Storm waits a little before it asks again. */
  abstract nextTuple(): void | Promise<void>
  /** Learns that the tuple with this id, and every tuple made from it, is done. */
  ack(id: any): void | Promise<void>
  /** Learns that the tuple with this id failed or took too long. Storm replays nothing by itself. */
  fail(id: any): void | Promise<void>
  /** Learns that the topology is activated, which is also so at the start. */
  activate(): void | Promise<void>
  /** Learns that the topology is deactivated. */
  deactivate(): void | Promise<void>
  /** Emits a tuple. */
  emit(values: readonly Value[], options: SpoutEmitOptions & { needTaskIds: true }): Promise<number[]>
  emit(values: readonly Value[], options?: SpoutEmitOptions & { needTaskIds?: false }): void
}

/**
 * A spout that emits failed tuples again. A subclass that overrides ack or fail calls super. Without ackers
 * (topology.acker.executors: 0), nothing fails.
 */
export declare abstract class ReliableSpout extends Spout {
  /** How often a tuple is emitted again, by default 3. After that the spout gives it up. */
  maxFails: number
  /** The number of tuples that are neither acked nor given up. */
  readonly pending: number
  /** Emits a tuple, and keeps it until it is acked. It needs an id. */
  emit(values: readonly Value[], options: SpoutEmitOptions & { id: Value; needTaskIds: true }): Promise<number[]>
  emit(values: readonly Value[], options: SpoutEmitOptions & { id: Value; needTaskIds?: false }): void
  /** Learns that a tuple failed too often. By default it is logged. */
  gaveUp(id: any, values: any[]): void | Promise<void>
}

/**
 * A bolt handles tuples in their order: the next tuple waits for the promise of process.
 *
 *     class Split extends Bolt {
 *       process(tuple) {
 *         for (const word of tuple.get('sentence').split(' ')) this.emit([word])
 *       }
 *     }
 */
export declare abstract class Bolt extends Component {
  /** Whether a tuple is acked when process is done, unless it was acked or failed before. By default true. */
  autoAck: boolean
  /** Whether the tuples that process emits are anchored to the current tuple. By default true. */
  autoAnchor: boolean
  /** Whether a tuple fails when process throws. By default true. */
  autoFail: boolean
  /** How many tuples are handled at once, if process returns promises. By default 1. Above 1 they have no order. */
  concurrency: number
  /** Handles a tuple. If it takes longer than 30 seconds, it must call heartbeat meanwhile. */
  abstract process(tuple: Tuple): void | Promise<void>
  /** Handles a tick. Storm sends one every topology.tick.tuple.freq.secs seconds; it is acked in any case. */
  processTick(tuple: Tuple): void | Promise<void>
  /** Emits a tuple. Outside of process and processTick, name its anchors. */
  emit(values: readonly Value[], options: BoltEmitOptions & { needTaskIds: true }): Promise<number[]>
  emit(values: readonly Value[], options?: BoltEmitOptions & { needTaskIds?: false }): void
  /** Reports to Storm that the bolt is done with a tuple. A second time does nothing. */
  ack(tuple: Tuple): void
  /** Reports to Storm that the bolt could not handle a tuple. After an ack or a fail it does nothing. */
  fail(tuple: Tuple): void
  /** Reports to Storm that the bolt is alive. */
  heartbeat(): void
}

/**
 * A bolt that handles many tuples at once. They are acked after processBatch. So the time between two batches must be well
 * below the topology's message timeout, and topology.max.spout.pending must be above the size of a batch.
 */
export declare abstract class BatchingBolt extends Bolt {
  /** The number of ticks from one batch to the next, by default 1. The bolt needs topology.tick.tuple.freq.secs. */
  ticksBetweenBatches: number
  /** If it is above 0, a timer ends a batch, and not ticks: so many seconds after its first tuple. */
  secondsBetweenBatches: number
  /** The number of tuples that end a batch early; 0, the default, means no limit. */
  batchSize: number
  /** Returns the key that divides a batch: processBatch gets the tuples of one key at a time. */
  groupKey(tuple: Tuple): any
  /** Handles the tuples of one key in the order in which they came. What it emits is anchored to all of them. */
  abstract processBatch(key: any, tuples: Tuple[]): void | Promise<void>
  process(tuple: Tuple): void | Promise<void>
  /** Handles what was collected. */
  processBatches(): Promise<void>
}

/**
 * Runs a component as this process. With `import.meta` (in a CommonJS module: `module`), it does so only if that module is
 * the program, so that a test can import the module.
 */
export declare function run(component: (new () => Spout | Bolt) | Spout | Bolt, module?: ImportMeta | { readonly exports: any }): void

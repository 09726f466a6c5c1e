import type { Bolt, LogLevel, Spout, Value } from './index'

/** The topology around a component under test. */
export interface Options {
  /** The id of the component, by default "component". */
  name?: string
  /** The id of its task, by default 1. */
  task?: number
  /** The components of the other tasks. */
  tasks?: Record<number, string>
  conf?: Record<string, Value>
  /** The fields of the streams that the component reads, by component and stream. */
  sources?: Record<string, Record<string, string[]>>
  /** The fields of the component's own streams. If they are given, emits are checked against them. */
  outputs?: Record<string, string[]>
  /** The answer to an emit that needs task ids. */
  taskIds?: number[]
}

export interface Emit {
  stream: string
  values: any[]
  /** The ids of the anchors: of a bolt. */
  anchors?: string[]
  /** Of a spout. */
  id?: any
  directTask?: number
}

/** What a component did during one call, and since the call before. */
export interface Result {
  emits: Emit[]
  /** The ids of tuples. */
  acked: string[]
  failed: string[]
  errors: string[]
  logs: { level: LogLevel; text: string }[]
  metrics: { name: string; params: any }[]
}

export interface ComponentTest<C> {
  readonly component: C
  /** Calls cleanup. */
  end(): Promise<Result>
}

export interface BoltTest<C = Bolt> extends ComponentTest<C> {
  /** Feeds a tuple from "source" on the stream "default". Its ids count from 1. */
  process(values: readonly Value[], origin?: { id?: string; component?: string; stream?: string; task?: number }): Promise<Result>
  /** Feeds a tick. */
  tick(): Promise<Result>
}

export interface SpoutTest<C = Spout> extends ComponentTest<C> {
  next(): Promise<Result>
  ack(id: Value): Promise<Result>
  fail(id: Value): Promise<Result>
  activate(): Promise<Result>
  deactivate(): Promise<Result>
}

/** Prepares a bolt as Storm does. It throws what initialize throws. */
export declare function startBolt<C extends Bolt>(bolt: C | (new () => C), options?: Options): Promise<BoltTest<C>>

/** Prepares a spout as Storm does. It throws what initialize throws. */
export declare function startSpout<C extends Spout>(spout: C | (new () => C), options?: Options): Promise<SpoutTest<C>>

'use strict'

// Tuples, and the place of a component in its topology.

const { inspect } = require('node:util')

const SYSTEM_COMPONENT = '__system'
const TICK_STREAM = '__tick'
const HEARTBEAT_STREAM = '__heartbeat'
const DEFAULT_STREAM = 'default'

/** The key of a tuple's state. */
const STATE = Symbol('state')
const OPEN = 0
const KEPT = 1 // it is not acked when process returns
const DONE = 2 // it is acked or failed

const NO_FIELDS = Object.freeze([])

/** A tuple that a bolt received. */
class Tuple {
  constructor(id, component, stream, task, values, fields = NO_FIELDS) {
    this.id = id
    this.component = component
    this.stream = stream
    this.task = task
    this.values = values
    this.fields = fields
    this[STATE] = OPEN
  }

  get isTick() {
    return this.component === SYSTEM_COMPONENT && this.stream === TICK_STREAM
  }

  get length() {
    return this.values.length
  }

  get(key) {
    const index = typeof key === 'number' ? key : this.fields.indexOf(key)
    if (index >= 0 && index < this.values.length) return this.values[index]
    const where = `in stream "${this.stream}" of "${this.component}"`
    if (typeof key === 'number') throw new RangeError(`no value ${key} ${where}: the tuple has ${this.values.length}`)
    throw new RangeError(`no field "${String(key)}" ${where}; its fields: ${this.fields.join(', ') || 'none'}`)
  }

  has(field) {
    return this.fields.includes(field)
  }

  toObject() {
    return Object.fromEntries(this.fields.map((field, i) => [field, this.values[i]]))
  }

  [Symbol.iterator]() {
    return this.values[Symbol.iterator]()
  }

  [inspect.custom](depth, options) {
    const { component, stream, task, values, id } = this
    return `Tuple ${inspect({ component, stream, task, values, id }, options)}`
  }
}

/** The place of a component in its topology: what Storm says in the handshake, under simpler names. */
class Context {
  constructor(raw) {
    this.raw = raw
    this.taskId = raw.taskid ?? 0
    // Storm before 0.10 does not send the id of the component.
    this.componentId = raw.componentid ?? this.componentOf(this.taskId) ?? ''
  }

  get taskIndex() {
    return this.tasks(this.componentId).indexOf(this.taskId)
  }

  get taskCount() {
    return this.tasks(this.componentId).length
  }

  get outputFields() {
    return this.raw['stream->outputfields'] ?? {}
  }

  componentOf(task) {
    return this.raw['task->component']?.[task]
  }

  tasks(component) {
    const all = Object.entries(this.raw['task->component'] ?? {})
    return all.filter(([, name]) => name === component).map(([task]) => Number(task)).sort((a, b) => a - b)
  }

  sourceFields(component, stream = DEFAULT_STREAM) {
    return this.raw['source->stream->fields']?.[component]?.[stream] ?? NO_FIELDS
  }
}

module.exports = {
  Context, DEFAULT_STREAM, DONE, HEARTBEAT_STREAM, KEPT, OPEN, STATE, SYSTEM_COMPONENT, TICK_STREAM, Tuple
}

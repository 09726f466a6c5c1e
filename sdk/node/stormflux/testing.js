'use strict'

// Components in a test: without a process, and without Storm.

const { COMPONENT } = require('./component')
const { LEVELS } = require('./log')
const { END, Frames, encodeValue } = require('./messages')
const { DEFAULT_STREAM, SYSTEM_COMPONENT, TICK_STREAM } = require('./tuple')

const LEVEL_NAMES = Object.keys(LEVELS)

/** Prepares a bolt, as Storm does. */
async function startBolt(bolt, options) {
  const test = new BoltTest(bolt, options)
  await test.begin()
  return test
}

/** Prepares a spout, as Storm does. */
async function startSpout(spout, options) {
  const test = new SpoutTest(spout, options)
  await test.begin()
  return test
}

function nothing() {
  return { emits: [], acked: [], failed: [], errors: [], logs: [], metrics: [] }
}

/** Storm's end of the conversation. Everything passes through JSON, so a test sees what Storm would see. */
class ComponentTest {
  #options
  #session
  #fromComponent = new Frames()
  #toComponent = new Frames()
  #result = nothing()
  #error // what ended the component

  constructor(component, options = {}) {
    this.component = typeof component === 'function' ? new component() : component
    this.#options = options
    this.#session = this.component.constructor[COMPONENT](this.component, {
      send: (text) => this.#fromComponent.push(Buffer.from(text)).forEach((message) => this.#take(message)),
      stop: (code, error) => {
        this.#error = error
      }
    })
  }

  async begin() {
    const { name = 'component', task = 1, tasks = {}, conf = {}, sources = {}, outputs = {} } = this.#options
    const context = {
      taskid: task,
      componentid: name,
      'task->component': { ...tasks, [task]: name },
      streams: Object.keys(outputs),
      'stream->outputfields': outputs,
      'source->stream->fields': sources
    }
    const [setup] = this.#asReceived({ conf, context })
    await this.#session.begin(setup)
    if (this.#error !== undefined) throw this.#error
  }

  /** Ends the component. Returns what it did since the last call. */
  async end() {
    await this.component.cleanup()
    return this.#collect()
  }

  async feed(message) {
    if (this.#error !== undefined) throw new Error('the component has ended because of an error', { cause: this.#error })
    this.#session.receive(this.#asReceived(message))
    await this.#session.idle()
    return this.#collect()
  }

  #asReceived(message) {
    return this.#toComponent.push(Buffer.from(encodeValue(message) + END))
  }

  #collect() {
    this.#session.output.flush()
    const result = this.#result
    this.#result = nothing()
    return result
  }

  #take(message) {
    const result = this.#result
    switch (message.command) {
      case 'emit':
        result.emits.push(emitted(message))
        if (message.need_task_ids !== false) queueMicrotask(() => this.#session.receive([this.#options.taskIds ?? []]))
        break
      case 'ack':
        result.acked.push(message.id)
        break
      case 'fail':
        result.failed.push(message.id)
        break
      case 'error':
        result.errors.push(message.msg)
        break
      case 'log':
        result.logs.push({ level: LEVEL_NAMES[message.level], text: message.msg })
        break
      case 'metrics':
        result.metrics.push({ name: message.name, params: message.params })
        break
    }
  }
}

// A test compares emits with deepEqual, so what is absent in the message is absent here.
function emitted({ tuple, stream = DEFAULT_STREAM, id, anchors, task }) {
  const emit = { stream, values: tuple }
  if (anchors !== undefined) emit.anchors = anchors
  if (id !== undefined) emit.id = id
  if (task !== undefined) emit.directTask = task
  return emit
}

class BoltTest extends ComponentTest {
  #ids = 0

  /** Feeds a tuple. Without an id it gets a number, counted from 1. */
  process(values, { id, component = 'source', stream = DEFAULT_STREAM, task = 0 } = {}) {
    this.#ids++
    return this.feed({ id: id ?? String(this.#ids), comp: component, stream, task, tuple: values })
  }

  tick() {
    return this.feed({ id: 'tick', comp: SYSTEM_COMPONENT, stream: TICK_STREAM, task: -1, tuple: [1] })
  }
}

class SpoutTest extends ComponentTest {
  next() {
    return this.feed({ command: 'next', id: '' })
  }

  ack(id) {
    return this.feed({ command: 'ack', id })
  }

  fail(id) {
    return this.feed({ command: 'fail', id })
  }

  activate() {
    return this.feed({ command: 'activate', id: '' })
  }

  deactivate() {
    return this.feed({ command: 'deactivate', id: '' })
  }
}

module.exports = { startBolt, startSpout }

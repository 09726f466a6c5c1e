'use strict'

// The conversation of a component with Storm. It handles messages in their order: the next one waits for the promise of the
// last one, unless the component wants several at once.

const { inspect } = require('node:util')

const { describe } = require('./errors')
const { Logger } = require('./log')
const { Output } = require('./output')
const { SYNC, encodeValues, message, quote } = require('./messages')
const { Context, DEFAULT_STREAM } = require('./tuple')

/** The key of a component's session. */
const SESSION = Symbol('session')

const FAILED = 1 // the exit code after an exception

/** SpoutSession and BoltSession say what a message means. */
class Session {
  conf = {}
  context = new Context({})
  /** How many messages may be handled at once. */
  limit = 1
  stopped = false

  #queue = []
  #next = 0 // the first message of the queue that is not handled yet
  #ready = false
  #serving = false
  #running = 0
  #awaited = [] // for each emit that waits for its task ids, in order: what takes them
  #idle = [] // called when there is nothing to do
  #fields // of each stream of the component; undefined if they are not known

  /**
   * send takes the text of messages for Storm. stop is called once, when the component must end because of an error.
   */
  constructor(component, { send, stop }) {
    this.component = component
    this.output = new Output(send)
    this.stopping = stop
    component[SESSION] = this
  }

  /** Takes Storm's first message, and prepares the component. */
  async begin(setup) {
    const { component } = this
    this.conf = setup.conf ?? {}
    this.context = new Context(setup.context ?? {})
    const fields = this.context.outputFields
    if (Object.keys(fields).length > 0) this.#fields = fields
    try {
      const lowest = this.conf['topology.debug'] ? 'debug' : component.logLevel
      component.log = new Logger((level, text) => this.sendLog(level, text), lowest)
      this.prepare()
      await component.initialize(this.conf, this.context)
    } catch (error) {
      this.report(error)
      this.stop(error)
      return
    }
    this.#ready = true
    this.serve()
  }

  prepare() {}

  /** Takes messages of Storm. */
  receive(messages) {
    for (const message of messages) {
      if (Array.isArray(message)) this.#awaited.shift()?.(message)
      else this.enqueue(message)
    }
    this.serve()
  }

  enqueue(message) {
    this.#queue.push(message)
  }

  /** Whether the session can do nothing without more input. */
  get wantsInput() {
    return this.#next === this.#queue.length || this.waitsForTasks
  }

  get waitsForTasks() {
    return this.#awaited.length > 0
  }

  /** Waits until everything received is handled. */
  async idle() {
    while (!this.stopped && (!this.#ready || this.#running > 0 || this.#next < this.#queue.length)) {
      await new Promise((resolve) => this.#idle.push(resolve))
    }
  }

  /** Handles what is received and not handled yet, as far as the limit allows. */
  serve() {
    if (this.#serving || !this.#ready) return
    this.#serving = true
    this.output.hold()
    while (this.#next < this.#queue.length && this.#running < this.limit && !this.stopped) {
      this.handle(this.#queue[this.#next++])
      this.output.flushLate()
    }
    this.#forget()
    this.#serving = false
    if (this.#running === 0) this.output.flush()
    this.output.release()
    if (this.stopped || (this.#running === 0 && this.#queue.length === 0)) this.#wake()
  }

  #forget() {
    if (this.#next === this.#queue.length) {
      this.#queue = []
      this.#next = 0
    } else if (this.#next > 1024 && this.#next * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#next)
      this.#next = 0
    }
  }

  #wake() {
    const idle = this.#idle
    this.#idle = []
    for (const resolve of idle) resolve()
  }

  /**
   * Calls work, and then done or failed, at once if work returns no promise. Until then it counts as running.
   */
  perform(work, done, failed) {
    let result
    try {
      result = work()
    } catch (error) {
      failed(error)
      return
    }
    if (typeof result?.then !== 'function') {
      done()
      return
    }
    this.#running++
    result.then(done, failed).then(() => {
      this.#running--
      this.serve()
    })
  }

  /** Emits a tuple. head is the beginning of the message, without a comma. */
  emit(head, values, { stream = DEFAULT_STREAM, directTask, needTaskIds = false }) {
    if (!Array.isArray(values)) throw new TypeError(`emit needs an array of values, not ${short(values)}`)
    if (this.#fields !== undefined) this.#check(stream, values)
    const wait = needTaskIds && directTask === undefined
    if (stream !== DEFAULT_STREAM) head += `,"stream":${quote(stream)}`
    if (directTask !== undefined) head += `,"task":${directTask}`
    if (!wait) head += ',"need_task_ids":false'
    const text = `${head},"tuple":${encodeValues(values)}}\nend\n`
    let tasks
    if (wait) tasks = new Promise((resolve) => this.#awaited.push(resolve))
    else if (needTaskIds) tasks = Promise.resolve([directTask])
    this.output.write(text)
    if (wait) this.waiting?.() // for input
    return tasks
  }

  #check(stream, values) {
    const fields = this.#fields[stream]
    if (fields === undefined) {
      const known = Object.keys(this.#fields).sort().join(', ')
      throw new RangeError(`"${this.context.componentId}" has no stream "${stream}"; its streams: ${known}`)
    }
    if (fields.length !== values.length) {
      throw new RangeError(
        `stream "${stream}" has ${fields.length} field${fields.length === 1 ? '' : 's'} (${fields.join(', ')}), not ${values.length}: ${short(values)}`
      )
    }
  }

  sendLog(level, text) {
    this.output.write(message('log', { msg: text, level }))
  }

  sendMetric(name, params) {
    this.output.write(message('metrics', { name, params }))
  }

  heartbeat() {
    this.output.write(SYNC)
    this.output.flush()
  }

  /** Reports an error to Storm, which shows it among the errors of the component. */
  report(error, tuple) {
    const text = describe(error)
    this.output.write(message('error', { msg: tuple === undefined ? text : `${text}\nwith ${short(tuple, 1000)}` }))
  }

  /** Ends the component because of an error. */
  stop(error) {
    if (this.stopped) return
    this.stopped = true
    this.output.flush()
    this.stopping(FAILED, error)
    this.#wake()
  }

  /** Reports an error that no call of the component returned, and ends the component. */
  crash(error) {
    this.report(error)
    this.stop(error)
  }
}

/** Returns a value as one line of text. */
function short(value, limit = 200) {
  const text = inspect(value, { breakLength: Infinity, maxStringLength: limit })
  return text.length > limit ? `${text.slice(0, limit)}...` : text
}

/** Returns the session of a component that runs. */
function sessionOf(component) {
  const session = component[SESSION]
  if (session === undefined) throw new Error(`${component.constructor.name} does not run yet: use initialize, not the constructor`)
  return session
}

module.exports = { FAILED, Session, sessionOf, short }

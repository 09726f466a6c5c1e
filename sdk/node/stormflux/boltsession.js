'use strict'

// The conversation of a bolt: Storm sends tuples, and the bolt acks or fails each of them.

const { AsyncLocalStorage } = require('node:async_hooks')

const { Session, short } = require('./session')
const { SYNC, quote } = require('./messages')
const {
  DONE, HEARTBEAT_STREAM, KEPT, OPEN, STATE, SYSTEM_COMPONENT, TICK_STREAM, Tuple
} = require('./tuple')

const NOTHING = {}
const NO_TUPLES = Object.freeze([])
const TICK_FIELDS = Object.freeze(['rate_secs'])

class BoltSession extends Session {
  #current = NO_TUPLES // what an emit is anchored to
  #scope // the same, if several tuples are handled at once
  #heldBack = new Set() // tuples that are neither acked nor failed, although their first call has returned
  #head // the beginning of an emit that is anchored to #headOf
  #headOf

  prepare() {
    const { concurrency } = this.component
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new RangeError(`concurrency must be a whole number from 1, not ${short(concurrency)}`)
    }
    this.limit = concurrency
    if (concurrency > 1) this.#scope = new AsyncLocalStorage()
  }

  emitTuple(values, options = NOTHING) {
    if (options.anchors !== undefined) return this.emit(emitHead(options.anchors), values, options)
    const anchors = this.component.autoAnchor ? this.#anchors() : NO_TUPLES
    if (this.#headOf !== anchors || anchors.some(isDone)) {
      this.#head = emitHead(anchors)
      this.#headOf = anchors
    }
    return this.emit(this.#head, values, options)
  }

  #anchors() {
    return this.#scope === undefined ? this.#current : (this.#scope.getStore() ?? NO_TUPLES)
  }

  /** Sends an ack or a fail, unless the tuple had one: a second one would kill Storm's worker. */
  finish(command, tuple) {
    if (tuple[STATE] === DONE) return
    tuple[STATE] = DONE
    this.#heldBack.delete(tuple)
    this.output.write(`{"command":"${command}","id":${quote(tuple.id)}}\nend\n`)
  }

  /** Leaves a tuple to a later call: it is not acked when process returns. */
  keep(tuple) {
    tuple[STATE] = KEPT
    this.#heldBack.add(tuple)
  }

  /** Calls work with the tuples as those to which emits are anchored. Then it acks or fails them. */
  async performFor(tuples, work) {
    const before = this.#current
    this.#current = tuples
    try {
      await (this.#scope === undefined ? work() : this.#scope.run(tuples, work))
      if (this.component.autoAck) for (const tuple of tuples) this.finish('ack', tuple)
    } catch (error) {
      this.#failed(error, tuples)
    } finally {
      this.#current = before
    }
  }

  /** Calls work as if a message asked for it: after what was received before. */
  schedule(work) {
    this.enqueue({ work })
    this.serve()
  }

  handle(input) {
    const { component } = this
    if (input.task === -1 && input.stream === HEARTBEAT_STREAM) {
      this.output.write(SYNC)
      return
    }
    if (input.work !== undefined) {
      this.perform(input.work, () => {}, (error) => this.#failed(error, NO_TUPLES))
      return
    }
    if (input.comp === undefined) {
      const error = new Error(`a bolt got the command "${input.command}"; is it declared as a spout?`)
      this.crash(error)
      return
    }
    const { id, comp, stream, task, tuple: values } = input
    if (comp === SYSTEM_COMPONENT && stream === TICK_STREAM) {
      const tick = new Tuple(id, comp, stream, task, values, TICK_FIELDS)
      // A tick that is not acked stays in Storm's table forever.
      this.#perform(tick, () => component.processTick(tick), true)
      return
    }
    const tuple = new Tuple(id, comp, stream, task, values, this.context.sourceFields(comp, stream))
    this.#perform(tuple, () => component.process(tuple), component.autoAck)
  }

  #perform(tuple, work, ack) {
    const tuples = [tuple]
    this.#current = tuples
    this.#heldBack.add(tuple)
    this.perform(
      this.#scope === undefined ? work : () => this.#scope.run(tuples, work),
      () => {
        this.#current = NO_TUPLES
        if (tuple[STATE] === OPEN) {
          this.#heldBack.delete(tuple)
          if (ack) this.finish('ack', tuple)
        }
      },
      (error) => {
        this.#current = NO_TUPLES
        this.#failed(error, tuples)
      }
    )
  }

  #failed(error, tuples) {
    this.report(error, tuples.length === 1 ? tuples[0] : undefined)
    this.#fail(tuples)
    if (this.component.exitOnException) this.stop(error)
  }

  #fail(tuples) {
    for (const tuple of tuples) {
      if (tuple.isTick) this.finish('ack', tuple)
      else if (this.component.autoFail) this.finish('fail', tuple)
      else this.#heldBack.delete(tuple)
    }
  }

  stop(error) {
    if (!this.stopped) this.#fail([...this.#heldBack]) // Storm replays them sooner than after their timeout
    super.stop(error)
  }
}

function isDone(tuple) {
  return tuple[STATE] === DONE
}

function emitHead(anchors) {
  const ids = []
  for (const anchor of anchors) ids.push(anchorId(anchor))
  return `{"command":"emit","anchors":[${ids.join(',')}]`
}

function anchorId(anchor) {
  if (typeof anchor === 'string') return quote(anchor)
  // It would kill Storm's worker.
  if (isDone(anchor)) throw new Error(`the tuple is already acked or failed, so nothing can be anchored to it: ${short(anchor)}`)
  return quote(anchor.id)
}

module.exports = { BoltSession }

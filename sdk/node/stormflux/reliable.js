'use strict'

// Spouts that replay what failed.

const { Spout } = require('./component')
const { encodeValue, encodeValues } = require('./messages')

class ReliableSpout extends Spout {
  maxFails = 3

  #pending = new Map() // by their ids as JSON: Storm returns an equal id, not the same object

  get pending() {
    return this.#pending.size
  }

  emit(values, options) {
    if (options?.id === undefined) throw new TypeError('a reliable spout needs an id for each tuple')
    const key = encodeValue(options.id)
    const emitted = super.emit(values, options)
    this.#pending.set(key, { values, options, fails: 0 })
    return emitted
  }

  ack(id) {
    this.#pending.delete(encodeValue(id))
  }

  fail(id) {
    const key = encodeValue(id)
    const kept = this.#pending.get(key)
    if (kept === undefined) {
      this.log.warn('unknown tuple failed:', id)
      return undefined
    }
    kept.fails++
    if (kept.fails > this.maxFails) {
      this.#pending.delete(key)
      return this.gaveUp(id, kept.values)
    }
    super.emit(kept.values, { ...kept.options, needTaskIds: false })
    return undefined
  }

  gaveUp(id, values) {
    this.log.error(`gave up tuple ${encodeValue(id)} after ${this.maxFails + 1} fails: ${encodeValues(values)}`)
  }
}

module.exports = { ReliableSpout }

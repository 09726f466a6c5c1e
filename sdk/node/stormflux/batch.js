'use strict'

// Bolts that handle many tuples at once.

const { Bolt } = require('./component')
const { sessionOf } = require('./session')

class BatchingBolt extends Bolt {
  ticksBetweenBatches = 1
  secondsBetweenBatches = 0
  batchSize = 0

  #groups = new Map()
  #collected = 0
  #ticks = 0
  #timer

  groupKey(tuple) {
    return undefined
  }

  processBatch(key, tuples) {
    throw new Error(`${this.constructor.name} has no method "processBatch"`)
  }

  process(tuple) {
    sessionOf(this).keep(tuple)
    const key = this.groupKey(tuple)
    const group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, [tuple])
    else group.push(tuple)
    this.#collected++
    if (this.batchSize > 0 && this.#collected >= this.batchSize) return this.processBatches()
    if (this.secondsBetweenBatches > 0) this.#startTimer()
    return undefined
  }

  processTick(tuple) {
    this.#ticks++
    if (this.secondsBetweenBatches > 0 || this.#ticks < this.ticksBetweenBatches) return undefined
    return this.processBatches()
  }

  async processBatches() {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const groups = this.#groups
    this.#groups = new Map()
    this.#collected = this.#ticks = 0
    const session = sessionOf(this)
    for (const [key, tuples] of groups) {
      if (session.stopped) return
      await session.performFor(tuples, () => this.processBatch(key, tuples))
    }
  }

  #startTimer() {
    if (this.#timer !== undefined) return
    const process = () => sessionOf(this).schedule(() => this.processBatches())
    this.#timer = setTimeout(process, this.secondsBetweenBatches * 1000)
  }
}

module.exports = { BatchingBolt }

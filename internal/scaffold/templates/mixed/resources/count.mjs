// A bolt that counts words.
import { Bolt } from './stormflux-node/index.js'

// Count logs, with each tick, the counts that have changed.
export class Count extends Bolt {
  counts = new Map()
  changed = new Set()

  process(tuple) {
    const word = tuple.get('word')
    this.counts.set(word, (this.counts.get(word) ?? 0) + 1)
    this.changed.add(word)
  }

  processTick() {
    for (const word of [...this.changed].sort()) this.log.info(`${word}: ${this.counts.get(word)}`)
    this.changed.clear()
  }
}

// A word count: a spout of sentences, a bolt that splits them, and a bolt that counts their words.
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { Bolt, ReliableSpout } from './stormflux/index.js'

// Sentences emits the lines of a text, each once. A line that fails is emitted again.
export class Sentences extends ReliableSpout {
  next = 0

  initialize() {
    this.lines = readFileSync('sentences.txt', 'utf8').trim().split('\n')
    this.log.info(`emitting ${this.lines.length} sentences; once a second, each counter logs its largest counts`)
  }

  async nextTuple() {
    if (this.next === this.lines.length) return // without an emit, Storm waits a little before it asks again
    await setTimeout(20)
    this.emit([this.lines[this.next]], { id: this.next })
    this.next++
  }
}

export class Split extends Bolt {
  process(tuple) {
    for (const word of tuple.get('sentence').toLowerCase().match(/[\p{L}']+/gu) ?? []) this.emit([word])
  }
}

// Count counts the words that the fields grouping gives to this task. On a tick, it logs the largest counts.
export class Count extends Bolt {
  counts = new Map()
  total = 0
  logged = 0

  process(tuple) {
    const word = tuple.get('word')
    this.counts.set(word, (this.counts.get(word) ?? 0) + 1)
    this.total++
  }

  processTick() {
    if (this.total === this.logged) return
    const largest = [...this.counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 5)
    this.log.info(`${largest.map(([word, n]) => `${word}: ${n}`).join(', ')} (${this.total} words so far)`)
    this.logged = this.total
  }
}

// A word count: a spout of sentences, a bolt that splits them, and a bolt that counts their words.
import { setTimeout } from 'node:timers/promises'
import { Bolt, Spout } from './stormflux/index.js'

const texts = ['the cow jumped over the moon', 'an apple a day keeps the doctor away', 'four score and seven years ago']

export class Sentences extends Spout {
  number = 0

  initialize() {
    this.log.info('emitting ten sentences a second; the counts come every five seconds')
  }

  async nextTuple() {
    await setTimeout(100)
    this.emit([texts[this.number % texts.length]], { id: this.number }) // the id makes Storm track it
    this.number++
  }
}

export class Split extends Bolt {
  process(tuple) {
    for (const word of tuple.get('sentence').split(' ')) this.emit([word])
  }
}

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

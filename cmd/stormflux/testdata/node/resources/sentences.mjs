import { Spout } from './stormflux/index.js'

const WORDS = ['storm', 'bolt', 'spout', 'tuple', 'wörd', '日本', '🌀', '']
const COUNT = 200

export default class Sentences extends Spout {
  next = 0
  failed = []

  async nextTuple() {
    await null
    const n = this.failed.length > 0 ? this.failed.shift() : this.next++
    if (n < COUNT) this.emit([[n % 8, n % 7, n % 3].map((i) => WORDS[i]).join(' ')], { id: n })
  }

  fail(n) {
    this.failed.push(n)
  }
}

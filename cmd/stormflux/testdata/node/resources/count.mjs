import fs from 'node:fs'
import path from 'node:path'
import { BatchingBolt } from './stormflux/index.js'

// Writes the counts of its words. Both streams must come to the task that the emit reported.
export class Count extends BatchingBolt {
  counts = new Map()

  async processBatch(key, tuples) {
    for (const tuple of tuples) {
      const { word, task = this.context.taskId } = tuple.toObject()
      if (task !== this.context.taskId) throw new Error(`"${word}" came to ${this.context.taskId}, not ${task}`)
      const name = `${tuple.stream} ${word}`
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    }
    const file = path.join(this.conf.out, String(this.context.taskIndex))
    await fs.promises.writeFile(`${file}.new`, JSON.stringify([...this.counts].sort()))
    await fs.promises.rename(`${file}.new`, file)
  }
}

// The declarations as a program uses them. The compiler refuses this file if a line that must be an error is none.

import { BatchingBolt, Bolt, ReliableSpout, Spout, run, type Conf, type Context, type Tuple } from '../stormflux/index.js'
import { startBolt, startSpout, type Result } from '../stormflux/testing.js'

class Split extends Bolt {
  override concurrency = 4
  private limit = 0

  override async initialize(conf: Conf, context: Context): Promise<void> {
    this.limit = conf['limit'] + context.taskIndex
  }

  async process(tuple: Tuple): Promise<void> {
    for (const value of tuple) this.log.info(value, this.limit)
    const tasks: number[] = await this.emit([tuple.get('word'), 1n, null, { a: [true] }], { needTaskIds: true })
    this.emit(tasks, { stream: 'tasks', anchors: [tuple, '7'], directTask: 3 })
    // @ts-expect-error A bolt's tuple has no id.
    this.emit(['a'], { id: 1 })
    // @ts-expect-error A function cannot be sent.
    this.emit([() => 1])
    // @ts-expect-error One value is no list.
    this.emit('a')
    // @ts-expect-error Without needTaskIds there are no tasks.
    const none: number[] = this.emit(['a'])
    this.ack(tuple)
  }
}

class Numbers extends Spout {
  nextTuple(): void {
    this.emit([1], { id: { file: 'a', line: 1 } })
    // @ts-expect-error A spout has no anchors.
    this.emit([1], { anchors: [] })
  }
}

class Lines extends ReliableSpout {
  async nextTuple(): Promise<void> {
    const tasks: number[] = await this.emit(['a'], { id: 1, needTaskIds: true })
    this.emit([tasks, this.pending], { id: 'b' })
    // @ts-expect-error Its tuples have ids.
    this.emit(['a'])
  }
}

class Sums extends BatchingBolt {
  override ticksBetweenBatches = 2

  override groupKey(tuple: Tuple): string {
    return tuple.values[0]
  }

  processBatch(key: string, tuples: Tuple[]): void {
    this.emit([key, tuples.length])
  }
}

// @ts-expect-error A bolt has a method process.
class NoMethod extends Bolt {}

run(Split, import.meta)
run(new Numbers())
run(new Lines())
// @ts-expect-error An interface is no component.
run({ process() {} })

export async function tests(): Promise<Result[]> {
  const split = await startBolt(Split, { conf: { limit: 3 }, outputs: { default: ['word'] }, taskIds: [1] })
  const sums = await startBolt(new Sums())
  const numbers = await startSpout(Numbers)
  numbers.component.log.info('a')
  // @ts-expect-error A bolt is no spout.
  await startSpout(Split)
  return [await split.process(['a']), await sums.tick(), await numbers.next(), await numbers.ack({ file: 'a' })]
}

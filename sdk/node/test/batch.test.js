'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')

const { BatchingBolt } = require('../stormflux')
const { startBolt } = require('../stormflux/testing')

class Sums extends BatchingBolt {
  groupKey(tuple) {
    return tuple.values[0]
  }

  async processBatch(key, tuples) {
    await null
    if (key === 'bad') throw new Error('bad batch')
    this.emit([key, tuples.length])
  }
}

function words(result) {
  return result.emits.map((emit) => [emit.values, emit.anchors])
}

test('ticks end a batch', async () => {
  const sums = await startBolt(Object.assign(new Sums(), { ticksBetweenBatches: 2 }))
  for (const word of ['a', 'b', 'a']) assert.deepEqual((await sums.process([word])).acked, [])
  assert.deepEqual((await sums.tick()).acked, ['tick'])
  const result = await sums.tick()
  assert.deepEqual(words(result), [[['a', 2], ['1', '3']], [['b', 1], ['2']]])
  assert.deepEqual(result.acked, ['1', '3', '2', 'tick'])
})

test('a batch has a size', async () => {
  const sums = await startBolt(Object.assign(new Sums(), { batchSize: 2 }))
  await sums.process(['a'])
  assert.deepEqual(words(await sums.process(['a'])), [[['a', 2], ['1', '2']]])
  assert.deepEqual((await sums.tick()).acked, ['tick'])
})

test('a timer ends a batch', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sums = await startBolt(Object.assign(new Sums(), { secondsBetweenBatches: 3 }))
  await sums.process(['a'])
  await sums.tick()
  t.mock.timers.tick(2999)
  assert.deepEqual((await sums.process(['a'])).acked, [])
  t.mock.timers.tick(1)
  const result = await sums.tick()
  assert.deepEqual(words(result), [[['a', 2], ['1', '2']]])
})

test('a batch that throws fails with everything that waits', async () => {
  const sums = await startBolt(Sums)
  for (const word of ['good', 'bad', 'other', 'bad']) await sums.process([word])
  const result = await sums.tick()
  assert.match(result.errors[0], /^Error: bad batch/)
  assert.deepEqual(result.acked.filter((id) => id !== 'tick'), ['1'])
  assert.deepEqual(result.failed, ['2', '4', '3'])
})

test('with exitOnException = false the other groups go on', async () => {
  const sums = await startBolt(Object.assign(new Sums(), { exitOnException: false }))
  for (const word of ['bad', 'good']) await sums.process([word])
  const result = await sums.tick()
  assert.deepEqual([result.failed, result.acked], [['1'], ['2', 'tick']])
})

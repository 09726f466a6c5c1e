'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')

const { Bolt, ReliableSpout, Spout } = require('../stormflux')
const { startBolt, startSpout } = require('../stormflux/testing')

class Numbers extends Spout {
  calls = []
  next = 1

  async nextTuple() {
    await null
    this.emit([this.next], { id: { n: this.next } })
    this.next++
  }

  ack(id) {
    this.calls.push(['ack', id])
  }

  fail(id) {
    this.calls.push(['fail', id])
    this.emit([id.n], { id, stream: 'again' })
  }

  activate() {
    this.calls.push('activate')
  }

  deactivate() {
    this.calls.push('deactivate')
  }
}

test('a spout gets its commands in order', async () => {
  const numbers = await startSpout(Numbers)
  await numbers.activate()
  assert.deepEqual((await numbers.next()).emits, [{ stream: 'default', values: [1], id: { n: 1 } }])
  assert.deepEqual((await numbers.next()).emits, [{ stream: 'default', values: [2], id: { n: 2 } }])
  await numbers.ack({ n: 1 })
  assert.deepEqual((await numbers.fail({ n: 2 })).emits, [{ stream: 'again', values: [2], id: { n: 2 } }])
  await numbers.deactivate()
  assert.deepEqual(numbers.component.calls, ['activate', ['ack', { n: 1 }], ['fail', { n: 2 }], 'deactivate'])
})

test('task ids and direct emits of a spout', async () => {
  const spout = await startSpout(class extends Spout {
    async nextTuple() {
      const tasks = await this.emit(['a'], { needTaskIds: true })
      this.emit([tasks], { directTask: tasks[0] })
    }
  }, { taskIds: [4, 6] })
  assert.deepEqual((await spout.next()).emits, [
    { stream: 'default', values: ['a'] },
    { stream: 'default', values: [[4, 6]], directTask: 4 }
  ])
})

test('an exception of a spout is reported', async () => {
  const spout = await startSpout(class extends Spout {
    nextTuple() {
      throw new Error('disk full')
    }
  })
  assert.match((await spout.next()).errors[0], /^Error: disk full\n    at .*spout\.test\.js/)
  await assert.rejects(spout.next(), /has ended/)
})

test('components that are declared as the other kind', async () => {
  const spout = await startSpout(Numbers)
  const { errors } = await spout.feed({ id: '1', comp: 'a', stream: 'default', task: 1, tuple: [] })
  assert.match(errors[0], /^Error: a spout got a tuple from "a"; is it declared as a bolt\?/)
  const bolt = await startBolt(class extends Bolt {})
  assert.match((await bolt.feed({ command: 'next' })).errors[0], /^Error: a bolt got the command "next"; is it declared as a spout\?/)
})

test('a reliable spout emits again what failed, and gives up', async () => {
  class Lines extends ReliableSpout {
    maxFails = 1

    nextTuple() {
      this.emit(['a'], { id: { line: 1 }, stream: 's' })
    }
  }
  const lines = await startSpout(Lines)
  const emitted = [{ stream: 's', values: ['a'], id: { line: 1 } }]
  assert.deepEqual((await lines.next()).emits, emitted)
  assert.equal(lines.component.pending, 1)
  assert.deepEqual((await lines.fail({ line: 1 })).emits, emitted)
  const { emits, logs } = await lines.fail({ line: 1 })
  assert.deepEqual(emits, [])
  assert.deepEqual(logs, [{ level: 'error', text: 'gave up tuple {"line":1} after 2 fails: ["a"]' }])
  assert.equal(lines.component.pending, 0)
  assert.equal((await lines.fail(7)).logs[0].text, 'unknown tuple failed: 7')
  await lines.next()
  await lines.ack({ line: 1 })
  assert.equal(lines.component.pending, 0)
})

test('a reliable spout needs ids', async () => {
  const lines = await startSpout(class extends ReliableSpout {
    nextTuple() {
      this.emit(['a'])
    }
  })
  assert.match((await lines.next()).errors[0], /^TypeError: a reliable spout needs an id for each tuple/)
})

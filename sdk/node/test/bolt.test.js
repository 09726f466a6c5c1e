'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')

const { Bolt } = require('../stormflux')
const { startBolt } = require('../stormflux/testing')

const OPTIONS = { name: 'split', sources: { source: { default: ['sentence', 'n'] } }, outputs: { default: ['word'], errors: ['text', 'line'] } }

function bolt(process, members = {}) {
  const made = new (class Tested extends Bolt {
    process(tuple) {
      return process.call(this, tuple)
    }
  })()
  return Object.assign(made, members)
}

/** A promise with its functions. */
function deferred() {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}

test('a bolt anchors and acks', async () => {
  const split = await startBolt(bolt(function (tuple) {
    for (const word of tuple.get('sentence').split(' ')) this.emit([word])
  }), OPTIONS)
  assert.deepEqual(await split.process(['a "b"', 1]), {
    emits: [
      { stream: 'default', values: ['a'], anchors: ['1'] },
      { stream: 'default', values: ['"b"'], anchors: ['1'] }
    ],
    acked: ['1'], failed: [], errors: [], logs: [], metrics: []
  })
})

test('without auto-ack and auto-anchor the bolt does both', async () => {
  const kept = []
  const both = await startBolt(bolt(function (tuple) {
    kept.push(tuple)
    this.emit(['x'])
    this.emit(['x'], { anchors: kept })
    this.emit(['x'], { anchors: ['77'] })
    if (kept.length < 2) return
    this.ack(kept[0])
    this.ack(kept[0])
    this.fail(kept[0])
    this.fail(kept[1])
  }, { autoAck: false, autoAnchor: false }))
  assert.deepEqual((await both.process([1])).acked, [])
  const { emits, acked, failed } = await both.process([2])
  assert.deepEqual(emits.map((e) => e.anchors), [[], ['1', '2'], ['77']])
  assert.deepEqual([acked, failed], [['1'], ['2']])
})

test('streams, direct emits and task ids', async () => {
  const asks = await startBolt(bolt(async function () {
    this.emit(['t', 3], { stream: 'errors' })
    const direct = await this.emit(['d'], { directTask: 5, needTaskIds: true })
    const tasks = await this.emit(['w'], { needTaskIds: true })
    this.emit([`${direct} ${tasks}`])
  }), { ...OPTIONS, taskIds: [8, 9] })
  const { emits, acked } = await asks.process(['x', 1])
  assert.deepEqual(emits, [
    { stream: 'errors', values: ['t', 3], anchors: ['1'] },
    { stream: 'default', values: ['d'], anchors: ['1'], directTask: 5 },
    { stream: 'default', values: ['w'], anchors: ['1'] },
    { stream: 'default', values: ['5 8,9'], anchors: ['1'] }
  ])
  assert.deepEqual(acked, ['1'])
})

test('an asynchronous bolt handles one tuple after the other', async () => {
  const first = deferred()
  const seen = []
  const slow = await startBolt(bolt(async function (tuple) {
    seen.push(tuple.values[0])
    if (tuple.values[0] === 1) await first.promise
    this.emit([tuple.values[0]])
  }))
  const results = [slow.process([1]), slow.process([2])]
  await new Promise(setImmediate)
  assert.deepEqual(seen, [1])
  first.resolve()
  await Promise.all(results)
  assert.deepEqual(seen, [1, 2])
})

test('with concurrency, each emit is anchored to the tuple of its own call', async () => {
  const gates = [deferred(), deferred(), deferred()]
  let running = 0
  const parallel = await startBolt(bolt(async function (tuple) {
    running++
    await gates[tuple.values[0]].promise
    running--
    this.emit([tuple.values[0]])
  }, { concurrency: 2 }))
  const results = [0, 1, 2].map((n) => parallel.process([n]))
  await new Promise(setImmediate)
  assert.equal(running, 2)
  gates[1].resolve()
  gates[2].resolve()
  await new Promise(setImmediate)
  gates[0].resolve()
  const all = (await Promise.all(results)).flatMap((r) => r.emits)
  assert.deepEqual(all.map((e) => [e.values[0], e.anchors]), [[1, ['2']], [2, ['3']], [0, ['1']]])
})

test('an exception fails the tuple, is reported, and ends the bolt', async () => {
  for (const process of [
    () => { throw new TypeError('no such word') },
    async () => { throw new TypeError('no such word') }
  ]) {
    const broken = await startBolt(bolt(process), OPTIONS)
    const { acked, failed, errors } = await broken.process(['a', 1])
    assert.deepEqual([acked, failed], [[], ['1']])
    assert.match(errors[0], /^TypeError: no such word\n    at .*bolt\.test\.js/)
    assert.match(errors[0], /\nwith Tuple \{ component: 'source', stream: 'default', task: 0, values: \[ 'a', 1 \], id: '1' \}$/)
    assert.doesNotMatch(errors[0], /stormflux.session\.js/)
    await assert.rejects(broken.process(['b', 2]), /the component has ended because of an error/)
  }
})

test('with exitOnException = false the bolt goes on', async () => {
  const goesOn = await startBolt(bolt((tuple) => {
    if (tuple.values[0] === 1) throw new Error('one')
  }, { exitOnException: false }))
  assert.deepEqual((await goesOn.process([1])).failed, ['1'])
  assert.deepEqual((await goesOn.process([2])).acked, ['2'])
})

test('when the bolt ends, the tuples that it handles fail', async () => {
  const never = deferred()
  const parallel = await startBolt(bolt((tuple) => {
    if (tuple.values[0] === 1) return never.promise
    throw new Error('two')
  }, { concurrency: 2 }))
  const first = parallel.process([1])
  const second = await parallel.process([2])
  assert.deepEqual(second.failed.toSorted(), ['1', '2'])
  await first
})

test('ticks are acked, and are no tuples', async () => {
  const ticks = []
  class Ticking extends Bolt {
    process() {
      assert.fail()
    }

    processTick(tuple) {
      ticks.push([tuple.isTick, tuple.get('rate_secs')])
      this.emit(['tick'])
    }
  }
  const ticking = await startBolt(Ticking)
  const { emits, acked } = await ticking.tick()
  assert.deepEqual(ticks, [[true, 1]])
  assert.deepEqual(emits, [{ stream: 'default', values: ['tick'], anchors: ['tick'] }])
  assert.deepEqual(acked, ['tick'])
  const other = await startBolt(bolt(() => {}, { autoAck: false }))
  assert.deepEqual((await other.tick()).acked, ['tick'])
})

test('what is wrong with an emit or a field is one sentence', async () => {
  const sentences = {
    'emit needs an array of values, not \'word\'': (b) => b.emit('word'),
    '"split" has no stream "eror"; its streams: default, errors': (b) => b.emit(['a'], { stream: 'eror' }),
    'stream "default" has 1 field (word), not 2: [ \'a\', \'b\' ]': (b) => b.emit(['a', 'b']),
    'stream "errors" has 2 fields (text, line), not 1: [ \'a\' ]': (b) => b.emit(['a'], { stream: 'errors' }),
    'a value of type undefined cannot be sent; a value that is missing is null': (b) => b.emit([undefined]),
    'no field "word" in stream "default" of "source"; its fields: sentence, n': (b, tuple) => tuple.get('word'),
    'no value 2 in stream "default" of "source": the tuple has 2': (b, tuple) => tuple.get(2)
  }
  for (const [sentence, call] of Object.entries(sentences)) {
    const wrong = await startBolt(bolt(function (tuple) {
      assert.throws(() => call(this, tuple), { message: sentence })
    }), OPTIONS)
    assert.deepEqual((await wrong.process(['a', 1])).errors, [])
  }
})

test('nothing is anchored to a tuple that is done: it would kill the worker', async () => {
  const late = await startBolt(bolt(function (tuple) {
    this.emit(['before'])
    this.ack(tuple)
    this.emit(['after'])
  }))
  const { errors, acked, failed } = await late.process([1])
  assert.match(errors[0], /^Error: the tuple is already acked or failed, so nothing can be anchored to it: Tuple \{.*\n    at .*bolt\.test\.js/)
  assert.deepEqual([acked, failed], [['1'], []])
})

test('configuration, context, log, errors and metrics', async () => {
  class Says extends Bolt {
    async initialize(conf, context) {
      await null
      this.limit = conf.limit
      this.same = this.conf === conf && this.context === context
    }

    process(tuple) {
      const { context } = this
      this.log.debug('dropped')
      this.log.info('limit %d', this.limit, [this.same])
      this.log.warn(context.componentId, context.taskId, context.taskIndex, context.taskCount, context.tasks('other'))
      this.log.error(context.componentOf(1), context.outputFields, context.sourceFields('source'))
      this.reportError('no file', tuple)
      this.reportMetric('words', { n: 1 })
      this.heartbeat()
    }
  }
  const says = await startBolt(Says, { ...OPTIONS, conf: { limit: 7 }, task: 4, tasks: { 1: 'other', 3: 'split' } })
  const { logs, errors, metrics, acked } = await says.process(['a', 1])
  assert.deepEqual(logs, [
    { level: 'info', text: 'limit 7 [ true ]' },
    { level: 'warn', text: 'split 4 1 2 [ 1 ]' },
    { level: 'error', text: "other { default: [ 'word' ], errors: [ 'text', 'line' ] } [ 'sentence', 'n' ]" }
  ])
  assert.match(errors[0], /^no file\nwith Tuple/)
  assert.deepEqual(metrics, [{ name: 'words', params: { n: 1 } }])
  assert.deepEqual(acked, ['1'])
  const debug = await startBolt(Says, { ...OPTIONS, conf: { 'topology.debug': true } })
  assert.equal((await debug.process(['a', 1])).logs[0].text, 'dropped')
})

test('initialize that throws ends the start', async () => {
  class Fails extends Bolt {
    initialize() {
      throw new Error('no database')
    }
  }
  await assert.rejects(startBolt(Fails), /no database/)
  await assert.rejects(startBolt(bolt(() => {}, { concurrency: 0 })), /concurrency must be a whole number from 1, not 0/)
  await assert.rejects(startBolt(bolt(() => {}, { logLevel: 'loud' })), /unknown log level "loud"; known levels: trace, debug, info, warn, error/)
})

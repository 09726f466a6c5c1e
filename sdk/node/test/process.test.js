'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')

const { START, Storm } = require('./storm')

const SPLIT = `
import { Bolt, Spout, run } from 'stormflux'

export class Split extends Bolt {
  process(tuple) {
    for (const word of tuple.get('sentence').split(' ')) this.emit([word])
  }
}

export class Other extends Spout {
  nextTuple() {}
}

export class NoComponent {}

run(Split, import.meta)
`

const COMMON = `
const { Bolt, run } = require('stormflux')

class Split extends Bolt {
  process(tuple) {
    for (const word of tuple.get('sentence').split(' ')) this.emit([word])
  }
}

module.exports = { Split }

run(Split, module)
`

function bolt(process, rest = '') {
  return `
const { Bolt } = require('stormflux')
module.exports = class Tested extends Bolt {
  ${rest}
  ${process}
}`
}

function ours(message) {
  return message.command !== 'log'
}

test('a bolt starts as an ES module and as a CommonJS module, by the starter and by itself', async (t) => {
  const files = { 'split.mjs': SPLIT, 'common.js': COMMON, 'default.js': bolt(`process(tuple) { for (const w of tuple.get('sentence').split(' ')) this.emit([w]) }`) }
  for (const words of [
    [START, 'split.mjs:Split'], [START, 'common.js:Split'], [START, 'common.js'], [START, 'default.js'], [START, 'default.js:Tested'],
    [START, './split.mjs:Split'], ['split.mjs'], ['common.js']
  ]) {
    const storm = new Storm(t, files, ...words)
    const { pid } = storm.process
    assert.deepEqual(await storm.read(), { pid, pipelining: true }, storm.stderr)
    assert.ok(fs.existsSync(path.join(storm.folder, String(pid))))
    storm.tuple('7', 'a b')
    assert.deepEqual([await storm.read(), await storm.read(), await storm.read()], [
      { command: 'emit', anchors: ['7'], need_task_ids: false, tuple: ['a'] },
      { command: 'emit', anchors: ['7'], need_task_ids: false, tuple: ['b'] },
      { command: 'ack', id: '7' }
    ])
    assert.deepEqual(await storm.end(), [])
    assert.equal(await storm.ended, 0)
    assert.equal(storm.stderr, '')
  }
})

test('what cannot start is one sentence', async (t) => {
  const files = { 'split.mjs': SPLIT, 'common.js': COMMON, 'empty.js': '' }
  for (const [spec, sentence] of [
    ['split.mjs', '"split.mjs" has several components: write split.mjs:Other or split.mjs:Split'],
    ['split.mjs:Splt', '"split.mjs" exports no "Splt"; did you mean "Split"?'],
    ['split.mjs:Words', '"split.mjs" exports no "Words"; its components: Other, Split'],
    ['split.mjs:NoComponent', '"NoComponent" of "split.mjs" is no component: it must extend Spout or Bolt'],
    ['empty.js', '"empty.js" exports no class that extends Spout or Bolt'],
    ['spilt.mjs:Split', 'there is no file "spilt.mjs"'],
    ['', 'no component is named: write file.js:Class, or file.js if it has one component']
  ]) {
    const storm = new Storm(t, files, START, spec)
    await storm.read()
    assert.deepEqual(await storm.end(), [{ command: 'error', msg: sentence }])
    assert.equal(await storm.ended, 1)
    assert.equal(storm.stderr, `${sentence}\n`)
  }
})

test('a module that throws is reported with its place', async (t) => {
  const storm = new Storm(t, { 'broken.js': "\nrequire('stormflux-no-such')" }, START, 'broken.js')
  await storm.read()
  const [error] = await storm.end()
  assert.match(error.msg, /^Error: Cannot find module 'stormflux-no-such'/)
  assert.match(error.msg, /at .*broken\.js:2:1/)
  assert.equal(await storm.ended, 1)
})

test('nothing that is printed breaks the protocol', async (t) => {
  const storm = new Storm(t, {
    'prints.js': `
      const { execSync, spawn, spawnSync, fork } = require('node:child_process')
      const early = console.log
      console.log('while loading')
      ` + bolt(`
      async process() {
        early('early %d', 1)
        console.info({ a: 1 })
        console.table(['x'])
        process.stdout.write('two\\nlines\\n')
        process.stdout.write(Buffer.from('é').subarray(0, 1))
        process.stdout.write(Buffer.from('é').subarray(1))
        process.stdout.write(' no end')
        console.warn('careful')
        console.error(new Error('odd').message)
        console.debug('detail')
        const print = [process.execPath, ['-e', 'console.log("child " + require("fs").readFileSync(0))']]
        spawnSync(...print, { stdio: 'inherit' })
        execSync(JSON.stringify(process.execPath) + ' -e "console.log(1)"', { stdio: [0, 1, 2] })
        for (const stdio of ['inherit', [0, process.stdout, 'inherit']]) {
          await new Promise((resolve) => spawn(...print, { stdio }).on('close', resolve))
        }
        for await (const chunk of process.stdin) this.emit([String(chunk)])
      }`, 'cleanup() { console.log("the end") }')
  }, START, 'prints.js')
  assert.deepEqual(await storm.read(), { pid: storm.process.pid, pipelining: true })
  storm.tuple('1', 'a')
  const messages = await storm.until((message) => message.command === 'ack')
  messages.push(...await storm.end())
  assert.deepEqual(messages.map(({ command, msg, level }) => [command, level, msg]).filter(([, , msg]) => !/[│┌└├]/.test(msg)), [
    ['log', 2, 'early 1'], ['log', 2, '{ a: 1 }'], ['log', 2, 'two'], ['log', 2, 'lines'],
    ['log', 3, 'careful'], ['log', 4, 'odd'], ['log', 1, 'detail'], ['log', 2, 'é no endthe end']
  ])
  assert.equal(await storm.ended, 0)
  assert.equal(storm.stderr, 'while loading\nchild \n1\nchild \nchild \n')
})

test('task ids may overtake tuples, or come after them', async (t) => {
  const storm = new Storm(t, {
    'asks.js': bolt(`async process(tuple) {
      const tasks = await this.emit([tuple.values[0]], { needTaskIds: true })
      this.emit([tasks])
    }`)
  }, START, 'asks.js')
  await storm.read()
  storm.tuple('1', 'a')
  storm.tuple('2', 'b')
  assert.deepEqual(await storm.read(), { command: 'emit', anchors: ['1'], tuple: ['a'] })
  storm.tuple('3', 'c')
  storm.send([7])
  assert.deepEqual((await storm.read()).tuple, [[7]])
  assert.deepEqual(await storm.read(), { command: 'ack', id: '1' })
  assert.deepEqual((await storm.read()).tuple, ['b'])
  storm.send([])
  assert.deepEqual((await storm.read()).tuple, [[]])
  assert.deepEqual(await storm.read(), { command: 'ack', id: '2' })
  assert.deepEqual((await storm.read()).tuple, ['c'])
  storm.send([8])
  assert.deepEqual((await storm.end()).map((m) => m.command), ['emit', 'ack'])
})

test('a spout answers each command', async (t) => {
  const storm = new Storm(t, {
    'counts.mjs': `
      import { Spout } from 'stormflux'
      export default class extends Spout {
        async nextTuple() {
          const tasks = await this.emit([1], { id: 'one', needTaskIds: true })
          this.log.info(tasks)
        }
        async ack(id) {
          this.log.info('ack', id)
        }
      }`
  }, START, 'counts.mjs')
  await storm.read()
  storm.send({ command: 'activate', id: '' })
  assert.deepEqual(await storm.read(), { command: 'sync' })
  storm.send({ command: 'next', id: '' })
  assert.deepEqual(await storm.read(), { command: 'emit', id: 'one', tuple: [1] })
  // Without ackers, Storm acks within the emit, and waits for the answer before it sends the task ids.
  storm.send({ command: 'ack', id: 'one' })
  assert.deepEqual(await storm.read(), { command: 'sync' })
  storm.send([4])
  const rest = [await storm.read(), await storm.read(), await storm.read()]
  assert.deepEqual(rest.map((m) => m.msg ?? m.command), ['[ 4 ]', 'sync', 'ack one'])
  storm.send({ command: 'a later one' }, { command: 'deactivate', id: '' })
  assert.deepEqual(await storm.end(), [{ command: 'sync' }, { command: 'sync' }])
})

test('heartbeats are answered in their order', async (t) => {
  const storm = new Storm(t, { 'slow.js': bolt('process() { return new Promise(setImmediate) }') }, START, 'slow.js')
  await storm.read()
  storm.tuple('1', 'a')
  storm.send({ id: '9', comp: null, stream: '__heartbeat', task: -1, tuple: [] })
  storm.tuple('2', 'a')
  assert.deepEqual((await storm.end()).map((m) => m.id ?? m.command), ['1', 'sync', '2'])
})

test('a bolt that does not keep up stops reading', async (t) => {
  const storm = new Storm(t, {
    'stuck.js': bolt(`async process(tuple) {
      if (tuple.id !== 'first') return
      for (let i = 0; i < 200; i++) await new Promise((resolve) => setTimeout(resolve, 1))
      this.emit(['stuck'])
      await new Promise((resolve) => process.once('SIGUSR2', resolve))
    }`)
  }, START, 'stuck.js')
  await storm.read()
  storm.tuple('first', '')
  // More than the pipe and what the component takes at once: only one that reads on takes it all.
  const count = 4096
  for (let i = 0; i < count; i++) storm.tuple(String(i), 'x'.repeat(1024))
  assert.deepEqual((await storm.read()).tuple, ['stuck'])
  assert.ok(storm.process.stdin.writableLength > 0)
  storm.process.kill('SIGUSR2')
  assert.equal((await storm.end()).length, 1 + count)
})

test('whatever throws is reported before the process ends', async (t) => {
  for (const [name, text] of Object.entries({
    'in process': 'process() { missing() }',
    'in a promise': 'async process() { await null; missing() }',
    'in a rejection that nobody handles': 'process() { Promise.reject(new ReferenceError("missing is not defined")); return new Promise(() => {}) }',
    'in a callback': 'process() { setTimeout(() => missing()); return new Promise(() => {}) }',
    'in initialize': 'initialize() { missing() } process() {}'
  })) {
    const storm = new Storm(t, { 'fails.js': bolt(text, 'cleanup() { this.log.info("cleaned up") }') }, START, 'fails.js')
    await storm.read()
    storm.tuple('1', 'a')
    const messages = await storm.until(() => false)
    assert.match(messages[0].msg, /^ReferenceError: missing is not defined\n    at .*fails\.js:/, name)
    const failed = name === 'in initialize' ? [] : ['fail']
    assert.deepEqual(messages.map((m) => m.command), ['error', ...failed, 'log'], name)
    assert.equal(await storm.ended, 1)
    assert.match(storm.stderr, /^ReferenceError: missing is not defined\n    at .*fails\.js:/)
  }
})

test('process.exit sends what is collected', async (t) => {
  const storm = new Storm(t, { 'exits.js': bolt('process() { this.emit(["last"]); process.exit(3) }') }, START, 'exits.js')
  await storm.read()
  storm.tuple('1', 'a')
  assert.deepEqual((await storm.read()).tuple, ['last'])
  assert.equal(await storm.ended, 3)
})

test('a signal and the end of Storm clean up', async (t) => {
  const files = { 'waits.js': bolt('process() {}', 'async cleanup() { await null; this.log.info("cleaned up") }') }
  const killed = new Storm(t, files, START, 'waits.js')
  await killed.read()
  killed.process.kill('SIGTERM')
  assert.deepEqual((await killed.read()).msg, 'cleaned up')
  assert.equal(await killed.ended, 143)
  const left = new Storm(t, files, START, 'waits.js')
  await left.read()
  left.process.stdout.destroy() // nobody reads
  left.tuple('1', 'a')
  assert.equal(await left.ended, 0)
  assert.equal(left.stderr, '')
})

test('messages outside of calls are sent', async (t) => {
  const storm = new Storm(t, { 'later.js': bolt('process() { setTimeout(() => this.emit(["late"]), 1) }') }, START, 'later.js')
  await storm.read()
  storm.tuple('1', 'a')
  assert.deepEqual(await storm.read(), { command: 'ack', id: '1' })
  assert.deepEqual(await storm.read(), { command: 'emit', anchors: [], need_task_ids: false, tuple: ['late'] })
  assert.deepEqual((await storm.end()).filter(ours), [])
})

'use strict'

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')

const { Storm } = require('./storm')

const README = fs.readFileSync(path.join(__dirname, '..', 'stormflux', 'README.md'), 'utf8')

test('the examples of README.md work', async (t) => {
  const [component, spout, tests] = [...README.matchAll(/```js\n([^]*?)```/g)].map(([, text]) => text)
  const files = { 'split.mjs': component, 'numbers.mjs': spout, 'split.test.mjs': tests }
  const [, words] = /command: \[node, (.*)\]/.exec(README)
  const storm = new Storm(t, files, ...words.split(', ').map((word) => word.replaceAll('"', '')))
  await storm.read()
  storm.tuple('1', 'a b')
  assert.deepEqual((await storm.end()).map((m) => m.tuple ?? m.command), [['a'], ['b'], 'ack'])
  const numbers = new Storm(t, files, words.split(', ')[0].replaceAll('"', ''), 'numbers.mjs')
  await numbers.read()
  numbers.send({ command: 'next' })
  assert.deepEqual((await numbers.end()).map((m) => m.tuple ?? m.command), [[1], 'sync'])
  const { NODE_TEST_CONTEXT, ...env } = process.env // so that the test prints for people
  const output = execFileSync(process.execPath, ['split.test.mjs'], { cwd: storm.folder, env, encoding: 'utf8' })
  assert.match(output, /^(#|ℹ) pass 1$/m)
})

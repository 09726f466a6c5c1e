'use strict'

const assert = require('node:assert/strict')
const path = require('node:path')
const test = require('node:test')

const { Bolt } = require('../stormflux')
const { describe } = require('../stormflux/errors')
const { startBolt } = require('../stormflux/testing')
const { START, Storm } = require('./storm')

const HERE = path.basename(__filename)

/** Returns a text with ":" in the place of the folders and columns of its frames. */
function short(text) {
  return text.replaceAll(/\(?(?:file:\/\/)?\/\S*\/([^/\s]+):\d+:\d+\)?/g, '$1')
}

test('an error is reported with its members and causes, without frames of the package', async () => {
  class Rows extends Bolt {
    async process() {
      await null
      const cause = Object.assign(new RangeError('too far'), { row: 7 })
      throw new Error('cannot read the row', { cause })
    }
  }
  const rows = await startBolt(Rows)
  const { errors } = await rows.process([1])
  assert.equal(short(errors[0]), `Error: cannot read the row
    at Rows.process ${HERE} {
  [cause]: RangeError: too far
      at Rows.process ${HERE} {
    row: 7
  }
}
with Tuple { component: 'source', stream: 'default', task: 0, values: [ 1 ], id: '1' }`)
})

test('errors without a frame, and what is no error', () => {
  const bare = (error) => Object.assign(error, { stack: String(error) })
  assert.equal(describe(bare(new Error('one'))), 'Error: one')
  assert.equal(describe(bare(new AggregateError([bare(new Error('one')), 'two'], 'all'))), 'AggregateError: all\n  [cause]: Error: one\n  [cause]: two')
  assert.equal(describe('text'), 'text')
  assert.equal(describe(undefined), 'undefined')
  assert.equal(describe({ a: 1 }), '{ a: 1 }')
  const circle = bare(new Error('circle'))
  circle.cause = circle
  assert.equal(describe(circle), 'Error: circle')
})

test('a syntax error has its place', async (t) => {
  for (const name of ['broken.mjs', 'broken.js']) {
    const storm = new Storm(t, { [name]: 'class A {\n  b( {\n}\n' }, START, name)
    await storm.read()
    const [error] = await storm.end()
    assert.match(error.msg, /^(file:\/\/)?\/.*broken\.m?js:4\n[^]*\nSyntaxError: Unexpected end of input$/)
  }
})

'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')

const { Frames, encodeValue, encodeValues, message } = require('../stormflux/messages')

function read(text) {
  return new Frames().push(Buffer.from(text))
}

test('a message may arrive in any pieces', () => {
  const messages = [{ text: 'é\u{1f300} \nend\n "' }, [1, 2], { end: 'end' }]
  const bytes = Buffer.from(messages.map((m) => JSON.stringify(m) + '\nend\n').join(''))
  for (let size = 1; size <= bytes.length; size++) {
    const frames = new Frames()
    const got = []
    for (let at = 0; at < bytes.length; at += size) got.push(...frames.push(bytes.subarray(at, at + size)))
    assert.deepEqual(got, messages, `pieces of ${size}`)
  }
})

test('a message that is not JSON is named', () => {
  assert.throws(() => read('{"a"\nend\n'), /^Error: a message of Storm is not JSON: .*: "\{\\"a\\""$/)
})

test('integers keep their value', () => {
  const values = [0, -1, 9007199254740991, -9007199254740991, 9007199254740992n, -9223372036854775808n, 12345678901234567890123n]
  assert.deepEqual(read('[' + values.map(String).join(',') + ']\nend\n'), [values])
  assert.deepEqual(read('{"id": 9223372036854775807,"x":[0.12345678901234567,1234567890123456789.5,1234567890123456789e3]}\nend\n'), [
    { id: 9223372036854775807n, x: [0.12345678901234567, 1234567890123456789.5, 1234567890123456789e3] }
  ])
  // A string is no integer, whatever it holds.
  const strings = { '9223372036854775807': ',9223372036854775807', b: '\ufdd09223372036854775807', c: ['\ufdd0\ufdd0', '"\\'], d: 9223372036854775807n }
  assert.deepEqual(read(encodeValue(strings) + '\nend\n'), [strings])
})

test('values are sent as they are', () => {
  const date = new Date(0)
  for (const value of ['', 'é\u2028"\\\u0000\n\u001f', 'lone \ud800', 0.1, 1e300, 1e21, true, false, null, [], [[1, null], {}], { a: { b: [1] } }, date]) {
    assert.equal(encodeValue(value), JSON.stringify(value))
  }
  for (const [value, text] of [
    [9223372036854775807n, '9223372036854775807'],
    [NaN, 'NaN'],
    [[Infinity, -Infinity], '[1e999,-1e999]'],
    [-0, '0'],
    [{ a: undefined, b: 1n }, '{"b":1}'],
    [new Map([['k', new Set([1, 'x'])]]), '{"k":[1,"x"]}'],
    [Buffer.from([0, 255]), '[0,255]'],
    [new Float64Array([0.5]), '[0.5]']
  ]) {
    assert.equal(encodeValue(value), text)
  }
  assert.equal(encodeValues([]), '[]')
  assert.equal(encodeValues(['a', 1, null]), '["a",1,null]')
  assert.equal(message('log', { msg: 'a\nb', level: 2 }), '{"command":"log","msg":"a\\nb","level":2}\nend\n')
})

test('what JSON would lose is refused', () => {
  for (const value of [undefined, () => {}, Symbol('s'), [1, undefined]]) {
    assert.throws(() => encodeValue(value), /^TypeError: a value of type (undefined|function|symbol) cannot be sent; a value that is missing is null$/)
  }
})

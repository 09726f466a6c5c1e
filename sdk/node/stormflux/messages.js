'use strict'

// Messages as bytes. A message is JSON text, a newline, and the line "end".

const END = '\nend\n'
const END_BYTES = Buffer.from(END)

/** Takes the input apart into messages. A chunk of it may end anywhere. */
class Frames {
  #parts = [] // the beginning of a message
  #tail = Buffer.alloc(0) // its last bytes, which may be the beginning of END

  /** Returns the messages that end in this chunk. */
  push(chunk) {
    const parts = this.#parts
    if (parts.length > 0) {
      this.#tail = Buffer.concat([this.#tail, chunk])
      const ends = this.#tail.includes(END_BYTES)
      parts.push(chunk)
      if (!ends) return this.#keepTail(this.#tail)
      chunk = Buffer.concat(parts)
    }
    const cut = chunk.lastIndexOf(END_BYTES)
    const rest = cut < 0 ? chunk : chunk.subarray(cut + END.length)
    this.#parts = rest.length > 0 ? [rest] : []
    this.#keepTail(rest)
    return cut < 0 ? [] : parse(chunk.toString('utf8', 0, cut))
  }

  #keepTail(bytes) {
    this.#tail = bytes.subarray(Math.max(0, bytes.length - END.length + 1))
    return []
  }
}

// An integer of 16 digits or more, outside of a string: a number of JavaScript cannot hold all of these. It may also match
// inside of a string, where it does no harm.
const LONG = /[[,:]\s*-?\d{16}/

function parse(text) {
  const read = LONG.test(text) ? parseExactly : JSON.parse
  return text.split(END).map((message) => {
    try {
      return read(message)
    } catch (error) {
      throw new Error(`a message of Storm is not JSON: ${error.message}: ${JSON.stringify(message.slice(0, 200))}`)
    }
  })
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g
const INTEGER = /^-?\d+$/
const MARK = '\ufdd0' // Unicode reserves it for uses inside of a program

/** Is JSON.parse, but integers that a number cannot hold become a BigInt. */
function parseExactly(text) {
  const marked = text.replace(STRING_OR_NUMBER, (token) => {
    if (token[0] === '"') return token.includes(MARK) ? token.replaceAll(MARK, MARK + MARK) : token
    return Number.isSafeInteger(Number(token)) || !INTEGER.test(token) ? token : `"${MARK}${token}"`
  })
  return JSON.parse(marked, (key, value) => {
    if (typeof value !== 'string' || !value.includes(MARK)) return value
    if (value[0] === MARK && value[1] !== MARK) return BigInt(value.slice(1))
    return value.replaceAll(MARK + MARK, MARK)
  })
}

// What JSON.stringify would change in a string.
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/

/** Returns a string as JSON. */
function quote(text) {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`
}

/** Returns a value of a tuple, or an id, as JSON. It refuses what JSON.stringify would change without a message. */
function encodeValue(value) {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      return encodeNumber(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return value.toString()
    case 'object':
      return value === null ? 'null' : encodeObject(value)
    default:
      throw new TypeError(`a value of type ${typeof value} cannot be sent; a value that is missing is null`)
  }
}

// Storm reads a number out of range as an infinity.
function encodeNumber(value) {
  if (Number.isFinite(value)) return String(value)
  if (Number.isNaN(value)) return 'NaN'
  return value < 0 ? '-1e999' : '1e999'
}

function encodeObject(value) {
  if (Array.isArray(value)) return encodeValues(value)
  if (ArrayBuffer.isView(value)) return encodeValues(Array.from(value))
  if (value instanceof Set) return encodeValues([...value])
  if (value instanceof Map) return encodeEntries([...value])
  if (typeof value.toJSON === 'function') return JSON.stringify(value)
  return encodeEntries(Object.entries(value))
}

// As in JSON.stringify, a member that is undefined is absent.
function encodeEntries(entries) {
  const present = entries.filter(([, value]) => value !== undefined)
  return `{${present.map(([key, value]) => `${quote(String(key))}:${encodeValue(value)}`).join(',')}}`
}

/** Returns the values of a tuple as a JSON list. */
function encodeValues(values) {
  let text = ''
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    const encoded = typeof value === 'string' ? quote(value) : encodeValue(value)
    text = i === 0 ? encoded : text + ',' + encoded
  }
  return '[' + text + ']'
}

/** Returns a message to Storm, with its end. */
function message(command, members) {
  return encodeObject({ command, ...members }) + END
}

const SYNC = message('sync')

module.exports = { END, Frames, SYNC, encodeValue, encodeValues, message, quote }

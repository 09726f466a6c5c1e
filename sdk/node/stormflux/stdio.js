'use strict'

// The standard streams of a process that talks to Storm. Only messages may go to standard output, and only the package may
// read standard input. What the program prints becomes log messages.

const childProcess = require('node:child_process')
const { Console } = require('node:console')
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')
const { Readable, Writable } = require('node:stream')
const { StringDecoder } = require('node:string_decoder')
const { format } = require('node:util')

const { LEVELS } = require('./log')

const OUTPUT = 1
const ERRORS = 2

/** A stream that logs each line. */
class LogStream extends Writable {
  #log
  #decoder = new StringDecoder('utf8')
  #line = ''
  // For programs that write to file descriptors: Storm logs standard error.
  fd = ERRORS

  constructor(log) {
    super({ decodeStrings: true })
    this.#log = log
  }

  _write(chunk, encoding, callback) {
    const lines = (this.#line + this.#decoder.write(chunk)).split('\n')
    this.#line = lines.pop()
    for (const line of lines) this.#logLine(line)
    callback()
  }

  /** Logs the last line, although it has no end. */
  flush() {
    this.#logLine(this.#line)
    this.#line = ''
  }

  #logLine(line) {
    if (line.trim() !== '') this.#log(LEVELS.info, line.replace(/\r$/, ''))
  }
}

/** The pipes to Storm, out of the reach of the program. */
class Pipes {
  #log = (level, text) => process.stderr.write(`${text}\n`)
  #stdout = new LogStream((level, text) => this.#log(level, text))

  constructor() {
    this.input = process.stdin
    Object.defineProperty(process, 'stdin', { configurable: true, enumerable: true, value: Readable.from([]) })
    Object.defineProperty(process, 'stdout', { configurable: true, enumerable: true, value: this.#stdout })
    this.#redirectConsole()
    redirectChildren()
  }

  /** Lets log have what the program prints. Until then it goes to standard error. */
  logTo(log) {
    this.#log = log
  }

  #redirectConsole() {
    // The global console may hold the old standard output already.
    const ours = new Console({ stdout: this.#stdout, stderr: process.stderr })
    for (const name of Object.keys(ours)) {
      if (typeof console[name] === 'function') console[name] = ours[name]
    }
    for (const name of ['debug', 'warn', 'error']) {
      console[name] = (...values) => this.#log(LEVELS[name], format(...values))
    }
  }

  /** Logs what was printed without an end of line. */
  flush() {
    this.#stdout.flush()
  }
}

// A child process that inherits the pipes would read Storm's messages, and write between ours. It gets no input, and
// standard error as its output.
function redirectChildren() {
  const { ChildProcess } = childProcess
  const { spawn } = ChildProcess.prototype
  ChildProcess.prototype.spawn = function (options) {
    return spawn.call(this, { ...options, stdio: redirected(options.stdio) })
  }
  for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
    const call = childProcess[name]
    childProcess[name] = (...words) => call(...words.map((word) => {
      const isOptions = typeof word === 'object' && word?.stdio !== undefined
      return isOptions ? { ...word, stdio: redirected(word.stdio) } : word
    }))
  }
  syncBuiltinESMExports()
}

function redirected(stdio) {
  if (stdio === 'inherit') return ['ignore', ERRORS, ERRORS]
  if (!Array.isArray(stdio)) return stdio
  return stdio.map((stream, i) => {
    if (stream === 0 || (stream === 'inherit' && i === 0)) return 'ignore'
    return stream === OUTPUT || (stream === 'inherit' && i === OUTPUT) ? ERRORS : stream
  })
}

let taken

/** Takes the pipes of this process. A second call returns the same pipes. */
function take() {
  taken ??= new Pipes()
  return taken
}

const sleeping = new Int32Array(new SharedArrayBuffer(4))

/**
 * Writes text to Storm and returns when Storm has it: so a component cannot send faster than Storm reads. It throws if
 * nobody reads.
 */
function send(text) {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(OUTPUT, bytes))
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
      Atomics.wait(sleeping, 0, 0, 1)
    }
  }
}

module.exports = { send, take }

'use strict'

// A component as a process, with a test in the place of Storm.

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const START = path.join(__dirname, '..', 'stormflux', 'start.js')
const PACKAGE = path.join(__dirname, '..', 'stormflux')

const CONTEXT = {
  'task->component': { 1: 'sentences', 2: 'split', 3: 'split' },
  taskid: 3,
  componentid: 'split',
  streams: ['default'],
  'stream->outputfields': { default: ['word'] },
  'source->stream->fields': { sentences: { default: ['sentence'] } }
}

class Storm {
  #messages = []
  #read = '' // the beginning of a message
  #arrived = () => {}

  /** Starts node with arguments, in a folder with these files. */
  constructor(t, files, ...words) {
    this.folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'stormflux-')))
    t.after(() => {
      this.process.kill('SIGKILL')
      fs.rmSync(this.folder, { recursive: true })
    })
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(this.folder, name), text)
    fs.mkdirSync(path.join(this.folder, 'node_modules'))
    fs.symlinkSync(PACKAGE, path.join(this.folder, 'node_modules', 'stormflux'), 'junction')
    this.process = spawn(process.execPath, words, { cwd: this.folder })
    this.process.stdout.setEncoding('utf8').on('data', (text) => this.#take(text))
    this.stderr = ''
    this.process.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text
    })
    this.process.stdin.on('error', () => {}) // the component has ended
    this.ended = new Promise((resolve) => {
      this.process.on('close', (code) => {
        resolve(code)
        this.code = code
        this.#arrived()
      })
    })
    this.send({ pidDir: this.folder, conf: { 'topology.name': 'test' }, context: CONTEXT })
  }

  send(...messages) {
    this.process.stdin.write(messages.map((message) => JSON.stringify(message) + '\nend\n').join(''))
  }

  tuple(id, ...values) {
    this.send({ id, comp: 'sentences', stream: 'default', task: 1, tuple: values })
  }

  #take(text) {
    const messages = (this.#read + text).split('\nend\n')
    this.#read = messages.pop()
    this.#messages.push(...messages)
    this.#arrived()
  }

  /** Returns the next message, or undefined after the last one. What is no JSON is an error. */
  async read() {
    while (this.#messages.length === 0) {
      if (this.code !== undefined) {
        if (this.#read !== '') throw new Error(`not a message: ${this.#read}`)
        return undefined
      }
      await new Promise((resolve) => {
        this.#arrived = resolve
      })
    }
    return JSON.parse(this.#messages.shift())
  }

  /** Returns the messages up to the first one that matches, without it. */
  async until(matches) {
    const messages = []
    for (;;) {
      const message = await this.read()
      if (message === undefined || matches(message)) return messages
      messages.push(message)
    }
  }

  /** Closes the input. Returns the messages that are left. */
  async end() {
    this.process.stdin.end()
    return this.until(() => false)
  }
}

module.exports = { START, Storm }

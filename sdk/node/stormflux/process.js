'use strict'

// A component as a process of Storm.

const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

const { COMPONENT } = require('./component')
const { describe } = require('./errors')
const { Frames } = require('./messages')
const stdio = require('./stdio')
const { FAILED } = require('./session')

const TERMINATED = 128 + 15 // by SIGTERM
const END_GRACE = 5000 // milliseconds that calls, or cleanup, may take after Storm has gone
const SIGNAL_GRACE = 800 // milliseconds that cleanup may take after a signal: Storm sends SIGKILL one second after SIGTERM

/** Runs a component as this process. The process ends when Storm closes its input. */
function run(component, module) {
  if (module !== undefined && !isMain(module)) return
  if (typeof component === 'function') component = new component()
  const create = component?.constructor?.[COMPONENT]
  if (typeof create !== 'function') throw new TypeError('run needs a class that extends Spout or Bolt, or an object of it')
  new Process(component, create).start()
}

// An ES module gives import.meta, and a CommonJS module gives module.
function isMain(module) {
  if (module === require.main) return true
  if (typeof module.url !== 'string' || process.argv[1] === undefined) return false
  try {
    return module.url === pathToFileURL(fs.realpathSync(process.argv[1])).href
  } catch {
    return false
  }
}

class Process {
  #pipes = stdio.take()
  #frames = new Frames()
  #session
  #component
  #begun = false
  #ending = false

  constructor(component, create) {
    this.#component = component
    this.#session = create.call(component.constructor, component, {
      send: (text) => this.#send(text),
      stop: (code, error) => {
        process.stderr.write(`${describe(error)}\n`)
        this.#end(code)
      }
    })
    this.#session.waiting = () => this.#pipes.input.resume()
  }

  start() {
    const crash = (error) => this.#crash(error)
    process.on('uncaughtException', crash)
    process.on('unhandledRejection', crash)
    process.on('SIGTERM', () => this.#end(TERMINATED))
    process.on('SIGINT', () => this.#end(TERMINATED))
    process.on('exit', () => this.#flush())
    const { input } = this.#pipes
    input.on('data', (chunk) => this.#take(chunk))
    input.on('end', () => this.#inputEnded())
    input.on('error', () => this.#inputEnded())
    setInterval(() => {}, 2 ** 30) // while nothing is read and a promise waits, Node would exit
  }

  #take(chunk) {
    const session = this.#session
    const messages = this.#frames.push(chunk)
    if (!this.#begun && messages.length > 0) this.#begin(messages.shift())
    session.receive(messages)
    // Storm sends less to a component that does not read.
    if (!session.wantsInput) {
      this.#pipes.input.pause()
      session.idle().then(() => this.#pipes.input.resume())
    }
  }

  #begin(setup) {
    this.#begun = true
    // The supervisor kills the processes that are named here.
    if (setup.pidDir) fs.writeFileSync(path.join(setup.pidDir, String(process.pid)), '')
    // `stormflux run` reads "pipelining": it may send a command before it has the answer to the last one.
    this.#send(`{"pid":${process.pid},"pipelining":true}\nend\n`)
    this.#pipes.logTo((level, text) => this.#session.sendLog(level, text))
    this.#session.begin(setup)
  }

  #send(text) {
    try {
      stdio.send(text)
    } catch {
      this.#end(0) // Storm has gone
    }
  }

  async #inputEnded() {
    const late = setTimeout(() => {
      process.stderr.write('standard input is closed and the component does not return: ending\n')
      process.exit(FAILED)
    }, END_GRACE)
    if (this.#begun) await this.#session.idle()
    clearTimeout(late)
    await this.#end(0)
  }

  #crash(error) {
    if (this.#ending) {
      process.stderr.write(`${describe(error)}\n`)
      return
    }
    this.#session.crash(error)
  }

  async #end(code) {
    if (this.#ending) return
    this.#ending = true
    this.#session.stopped = true
    const late = setTimeout(() => process.exit(code), code === TERMINATED ? SIGNAL_GRACE : END_GRACE)
    try {
      if (this.#begun) await this.#component.cleanup()
    } catch (error) {
      process.stderr.write(`${describe(error)}\n`)
      this.#session.report(error)
    }
    clearTimeout(late)
    process.exit(code)
  }

  #flush() {
    this.#pipes.flush()
    this.#session.output.flush()
  }
}

module.exports = { run }

'use strict'

// What a component logs goes to Storm's log.

const { format } = require('node:util')

/** Storm's levels, by their names. */
const LEVELS = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 }

function levelNumber(name) {
  if (Object.hasOwn(LEVELS, name)) return LEVELS[name]
  throw new RangeError(`unknown log level "${name}"; known levels: ${Object.keys(LEVELS).join(', ')}`)
}

/** Writes to Storm's log. Its methods format like console.log. */
class Logger {
  #send
  #lowest

  /** send takes a level and a text. */
  constructor(send, lowest) {
    this.#send = send
    this.#lowest = levelNumber(lowest)
  }

  trace(...values) {
    this.#log(LEVELS.trace, values)
  }

  debug(...values) {
    this.#log(LEVELS.debug, values)
  }

  info(...values) {
    this.#log(LEVELS.info, values)
  }

  warn(...values) {
    this.#log(LEVELS.warn, values)
  }

  error(...values) {
    this.#log(LEVELS.error, values)
  }

  #log(level, values) {
    if (level >= this.#lowest) this.#send(level, format(...values))
  }
}

module.exports = { LEVELS, Logger }

'use strict'

// What a component sends. Messages are collected, because a system call for each would cost more than the message.

const FULL = 65536 // characters
const LATEST = 5 // milliseconds that a message waits while messages of Storm are handled

class Output {
  #send
  #text = ''
  #since = 0 // when the first of the collected messages was written
  #held = false
  #scheduled = false

  /** send takes texts of whole messages. */
  constructor(send) {
    this.#send = send
  }

  /** Takes a message with its end. It goes out at the latest when the component waits for its next event. */
  write(message) {
    if (this.#text === '') {
      this.#text = message
      this.#since = performance.now()
      if (!this.#held) this.#schedule()
      return
    }
    this.#text += message
    if (this.#text.length > FULL) this.flush()
  }

  flush() {
    if (this.#text === '') return
    const text = this.#text
    this.#text = ''
    this.#send(text)
  }

  /** Leaves it to the caller to flush, until release. */
  hold() {
    this.#held = true
  }

  /** Sends what is collected when the component waits. */
  release() {
    this.#held = false
    if (this.#text !== '') this.#schedule()
  }

  /** Flushes messages that were collected for too long. */
  flushLate() {
    if (this.#text !== '' && performance.now() - this.#since > LATEST) this.flush()
  }

  #schedule() {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.flush()
    })
  }
}

module.exports = { Output }

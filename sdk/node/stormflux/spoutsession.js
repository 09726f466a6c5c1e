'use strict'

// The conversation of a spout: Storm sends a command, and waits for the answer "sync".

const { Session } = require('./session')
const { SYNC, encodeValue } = require('./messages')

const NOTHING = {}

class SpoutSession extends Session {
  emitTuple(values, options = NOTHING) {
    let head = '{"command":"emit"'
    if (options.id !== undefined) head += `,"id":${encodeValue(options.id)}`
    return this.emit(head, values, options)
  }

  enqueue(command) {
    // Without ackers, Storm acks within the emit: it waits for this answer before it sends the task ids.
    if (this.waitsForTasks && (command.command === 'ack' || command.command === 'fail')) {
      command.answered = true
      this.output.write(SYNC)
    }
    super.enqueue(command)
  }

  handle(command) {
    const answer = () => {
      if (!command.answered) this.output.write(SYNC)
    }
    this.perform(
      () => this.#call(command),
      answer,
      (error) => {
        this.report(error)
        answer()
        if (this.component.exitOnException) this.stop(error)
      }
    )
  }

  #call({ command, id, comp }) {
    const spout = this.component
    switch (command) {
      case 'next':
        return spout.nextTuple()
      case 'ack':
        return spout.ack(id)
      case 'fail':
        return spout.fail(id)
      case 'activate':
        return spout.activate()
      case 'deactivate':
        return spout.deactivate()
      case undefined:
        throw new Error(`a spout got a tuple from "${comp}"; is it declared as a bolt?`)
      default: // a command of a later Storm: it wants an answer too
        return undefined
    }
  }
}

module.exports = { SpoutSession }

'use strict'

// Spouts and bolts as their authors see them. index.d.ts documents them.

const { BoltSession } = require('./boltsession')
const { sessionOf } = require('./session')
const { SpoutSession } = require('./spoutsession')

/** The name under which a class tells any copy of this package how its session is made. */
const COMPONENT = Symbol.for('stormflux.component')

class Component {
  exitOnException = true
  logLevel = 'info'

  static [COMPONENT]() {
    throw new TypeError(`${this.name} must extend Spout or Bolt`)
  }

  get conf() {
    return sessionOf(this).conf
  }

  get context() {
    return sessionOf(this).context
  }

  initialize(conf, context) {}

  cleanup() {}

  reportError(error, tuple) {
    sessionOf(this).report(error, tuple)
  }

  reportMetric(name, params) {
    sessionOf(this).sendMetric(name, params)
  }
}

class Spout extends Component {
  static [COMPONENT](component, options) {
    return new SpoutSession(component, options)
  }

  nextTuple() {
    throw new Error(`${this.constructor.name} has no method "nextTuple"`)
  }

  ack(id) {}

  fail(id) {}

  activate() {}

  deactivate() {}

  emit(values, options) {
    return sessionOf(this).emitTuple(values, options)
  }
}

class Bolt extends Component {
  autoAck = true
  autoAnchor = true
  autoFail = true
  concurrency = 1

  static [COMPONENT](component, options) {
    return new BoltSession(component, options)
  }

  process(tuple) {
    throw new Error(`${this.constructor.name} has no method "process"`)
  }

  processTick(tuple) {}

  emit(values, options) {
    return sessionOf(this).emitTuple(values, options)
  }

  ack(tuple) {
    sessionOf(this).finish('ack', tuple)
  }

  fail(tuple) {
    sessionOf(this).finish('fail', tuple)
  }

  heartbeat() {
    sessionOf(this).heartbeat()
  }
}

module.exports = { Bolt, COMPONENT, Component, Spout }

'use strict'

// node stormflux/start.js SPEC runs a component of a module. SPEC is file.js:Class, or file.js if the module has one
// component only.

const stdio = require('./stdio')

stdio.take() // before the module can print

const { Bolt } = require('./component')
const { load } = require('./load')
const { run } = require('./process')

/** Ends with an error as soon as Storm can take it. */
class Refusal extends Bolt {
  constructor(error) {
    super()
    this.error = error
  }

  initialize() {
    throw this.error
  }
}

load(process.argv[2]).then(run).catch((error) => run(new Refusal(error)))

'use strict'

// The package stormflux: spouts and bolts for Apache Storm. README.md and index.d.ts say how to use it.

const { BatchingBolt } = require('./batch')
const { Bolt, Component, Spout } = require('./component')
const { ReliableSpout } = require('./reliable')
const { Context, Tuple } = require('./tuple')
const { run } = require('./process')

// Node finds these names for `import { Bolt } from 'stormflux'` too.
module.exports = { BatchingBolt, Bolt, Component, Context, ReliableSpout, Spout, Tuple, run }

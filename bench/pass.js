// Bolts that emit what they get, which the base classes anchor and ack: node pass.js NAME.
'use strict'

const bolts = {
  stormflux() {
    const { Bolt, run } = require('./stormflux')
    run(class extends Bolt {
      process(tuple) {
        this.emit([tuple.values[0]])
      }
    })
  },

  'storm.js'() {
    const { BasicBolt } = require('./storm')
    class Pass extends BasicBolt {
      process(tuple, done) {
        this.emit({ tuple: [tuple.values[0]], anchorTupleId: tuple.id }, () => {})
        done()
      }
    }
    new Pass().run()
  }
}

bolts[process.argv[2]]()

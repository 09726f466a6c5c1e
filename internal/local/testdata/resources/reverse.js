// A bolt on Storm's own adapter for Node.
const { BasicBolt } = require('./storm.js')

class Reverse extends BasicBolt {
  process (tup, done) {
    const word = [...tup.values[0]].reverse().join('')
    this.emit({ tuple: [word, tup.values[1]], anchorTupleId: tup.id }, (taskIds) => {
      if (taskIds.length !== 1) this.logError(`task ids ${taskIds}`)
      done()
    })
  }
}

new Reverse().run()

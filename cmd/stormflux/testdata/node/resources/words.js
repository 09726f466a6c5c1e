const { Bolt, run } = require('./stormflux')

class Split extends Bolt {
  concurrency = 4

  async process(tuple) {
    for (const word of tuple.get('sentence').split(' ')) {
      const [task] = await this.emit([word], { needTaskIds: true })
      this.emit([word, task], { stream: 'tasks' })
    }
    console.log('a line that is no message')
  }
}

run(Split, module)

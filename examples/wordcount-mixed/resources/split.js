// Split splits sentences into words. It uses no library: docs/protocol.md describes what Storm sends and what it wants to read.
'use strict'

const fs = require('node:fs')
const path = require('node:path')
const readline = require('node:readline')

function send(message) {
  process.stdout.write(JSON.stringify(message) + '\nend\n')
}

function handle(message) {
  if (message.pidDir !== undefined) { // the first message
    fs.writeFileSync(path.join(message.pidDir, String(process.pid)), '')
    send({ pid: process.pid })
  } else if (message.stream === '__heartbeat') {
    send({ command: 'sync' })
  } else if (!Array.isArray(message)) { // a list would be the tasks that got a tuple
    for (const word of message.tuple[0].split(' ')) {
      send({ command: 'emit', tuple: [word], anchors: [message.id], need_task_ids: false })
    }
    send({ command: 'ack', id: message.id })
  }
}

let lines = []
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  if (line !== 'end') {
    lines.push(line)
    return
  }
  const message = JSON.parse(lines.join('\n'))
  lines = []
  handle(message)
})

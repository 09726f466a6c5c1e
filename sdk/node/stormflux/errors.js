'use strict'

// Errors as text for a reader who wants to know where they come from.

const path = require('node:path')
const { inspect } = require('node:util')

const PACKAGE = __dirname + path.sep
const FRAME = /^\s+at /m

/** Returns an error with its stack, its members and its causes, and without the frames that are only ours or Node's. */
function describe(error, seen = new Set()) {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : inspect(error)
  tidy(error)
  const { stack } = error
  if (FRAME.test(stack)) return inspect(error)
  // For an error without a frame, inspect adds brackets.
  seen.add(error)
  const causes = [error.cause ?? [], error.errors ?? []].flat().filter((cause) => !seen.has(cause))
  const indented = causes.map((cause) => `  [cause]: ${describe(cause, seen).replaceAll('\n', '\n  ')}`)
  return [stack || String(error), ...indented].join('\n')
}

function tidy(error, seen = new Set()) {
  if (!(error instanceof Error) || seen.has(error)) return
  seen.add(error)
  if (typeof error.stack === 'string' && Object.isExtensible(error)) {
    error.stack = error.stack.split('\n').filter((line) => !isOurs(line)).join('\n')
  }
  tidy(error.cause, seen)
  if (Array.isArray(error.errors)) error.errors.forEach((other) => tidy(other, seen))
}

function isOurs(line) {
  return FRAME.test(line) && (line.includes(PACKAGE) || line.includes('node:internal') || line.includes('(<anonymous>)'))
}

module.exports = { describe }

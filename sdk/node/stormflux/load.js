'use strict'

// The components of a module, found by name.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

const { COMPONENT } = require('./component')

const SPEC = /^(.+?)(?::([\p{ID_Start}$_][\p{ID_Continue}$]*))?$/u

/** A sentence for the user. A stack would say nothing more. */
function unloadable(sentence) {
  const error = new Error(sentence)
  error.stack = sentence
  return error
}

/** Returns the class that a specification names: file.js:Class, or file.js. Its path is relative to the working directory. */
async function load(spec) {
  if (!spec) throw unloadable('no component is named: write file.js:Class, or file.js if it has one component')
  const [, file, name] = SPEC.exec(spec)
  const found = fs.statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) throw unloadable(`there is no file "${file}"`)
  const module = await import(pathToFileURL(path.resolve(file)).href).catch((error) => {
    throw error instanceof SyntaxError ? withPlace(error, file) : error
  })
  const exported = exportedBy(module)
  return name === undefined ? only(file, exported) : named(file, exported, name)
}

// Node prints the place of a syntax error, but does not say it to a program that imports the file.
function withPlace(error, file) {
  const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  if (status !== 0 && stderr.includes(error.message)) {
    error.stack = stderr.slice(0, stderr.indexOf(error.message) + error.message.length)
  }
  return error
}

// A CommonJS module is its default export.
function exportedBy(module) {
  const exported = { ...module }
  const { default: whole } = module
  if (typeof whole === 'object' && whole !== null) return { ...whole, ...exported }
  if (typeof whole === 'function' && whole.name) exported[whole.name] ??= whole
  return exported
}

function isComponent(value) {
  return typeof value === 'function' && typeof value[COMPONENT] === 'function'
}

function only(file, exported) {
  if (isComponent(exported.default)) return exported.default
  const components = Object.keys(exported).filter((name) => isComponent(exported[name]))
  if (components.length === 1) return exported[components[0]]
  if (components.length === 0) throw unloadable(`"${file}" exports no class that extends Spout or Bolt`)
  throw unloadable(`"${file}" has several components: write ${components.map((name) => `${file}:${name}`).join(' or ')}`)
}

function named(file, exported, name) {
  const value = exported[name]
  if (isComponent(value)) return value
  if (value !== undefined) throw unloadable(`"${name}" of "${file}" is no component: it must extend Spout or Bolt`)
  const known = Object.keys(exported).filter((other) => isComponent(exported[other]) && other !== 'default')
  const near = known.find((other) => distance(name.toLowerCase(), other.toLowerCase()) <= 1 + name.length / 5)
  const hint = near === undefined ? `its components: ${known.join(', ') || 'none'}` : `did you mean "${near}"?`
  throw unloadable(`"${file}" exports no "${name}"; ${hint}`)
}

/** Returns how many letters must be added, removed or changed to make b of a. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const above = row
    row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
  }
  return row[b.length]
}

module.exports = { load }

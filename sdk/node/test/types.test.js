'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')

// types.mts shows how the declarations are used; node_test.go compiles it.
for (const name of ['index', 'testing']) {
  test(`${name}.d.ts declares what ${name}.js exports`, () => {
    const exported = require(`../stormflux/${name}`)
    const text = fs.readFileSync(path.join(__dirname, '..', 'stormflux', `${name}.d.ts`), 'utf8')
    const declared = [...text.matchAll(/^export declare (?:abstract )?(class|function) (\w+)/gm)]
    assert.deepEqual([...new Set(declared.map(([, , name]) => name))].sort(), Object.keys(exported).sort())
    for (const [, kind, name] of declared) {
      if (kind === 'function') continue
      const body = text.slice(text.search(new RegExp(`class ${name}\\b`))).split('\n}')[0]
      for (const [, method] of body.matchAll(/^  (?:abstract )?(\w+)\(/gm)) {
        if (method !== 'constructor') assert.equal(typeof exported[name].prototype[method], 'function', `${name}.${method}`)
      }
    }
  })
}

#!/usr/bin/env node
// Only what every Node can parse: an old one is told what is needed, not shown a stack.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 12)) import('./start.js')
else {
  process.stderr.write(`anneal needs Node 22.12 or later; this is ${process.version} (${process.execPath}).\n`)
  process.exitCode = 2
}

// Makes a clone ready to work: installs what package-lock.json names and builds. Runs on the host's own Node, however old, and ends at once when all is fresh.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const stamp = join(modules, '.anneal-setup')
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Installing what package-lock.json names (about 600 MB, once) …')
  step('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'])
  writeFileSync(stamp, wanted)
}
step(join(modules, '.bin', 'node'), [join(root, 'scripts', 'build.mjs')])

function step(command, words) {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status === 0) return
  console.error([`${command} ${words.join(' ')} failed:`, stdout, stderr, error?.message].filter(Boolean).join('\n'))
  process.exit(status || 1)
}

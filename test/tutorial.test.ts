import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { git, offline } from './support/cli.ts'

const ROOT = join(import.meta.dirname, '..')

it.skipIf(!process.env.ANNEAL_TEST_ALL)(
  'every command of the tutorial works as it stands (long: npm run test:all)',
  () => {
    const text = readFileSync(join(ROOT, 'docs', 'tutorial.md'), 'utf8')
    const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join('')
    const folder = mkdtempSync(join(tmpdir(), 'anneal-tutorial-'))
    const anneal = `anneal() { printf '\\n== anneal %s\\n' "$*"; '${process.execPath}' '${join(ROOT, 'bin', 'run.js')}' "$@"; }`
    const script = `set -eu\n${anneal}\nexport GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@localhost GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@localhost\n${commands}`
    writeFileSync(join(folder, 'tutorial.sh'), script)
    const { status, stdout, stderr } = spawnSync('bash', ['tutorial.sh'], {
      cwd: folder,
      env: offline(),
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    if (process.env.ANNEAL_TUTORIAL_SHOW) console.log(stdout)
    for (const said of ['Wrote anneal.yaml', 'Better', 'hold-out', '★', 'Nothing was done', 'merged into main'])
      expect(stdout).toContain(said)
    const tour = join(folder, 'tour')
    expect(git(tour, 'log', '-1', '--format=%P').split(' ')).toHaveLength(2)
    expect(git(tour, 'status', '--porcelain')).toBe('')
  },
  300_000,
)

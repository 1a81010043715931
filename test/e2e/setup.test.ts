import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { anneal, repository, TINY } from '../support/cli.ts'

const unsafe = ['--json', '--sandbox', 'off']
const files = {
  ...TINY,
  'solve.mjs': (TINY['solve.mjs'] ?? '')
    .replace('import {', "import add from './made/add.mjs'\nimport {")
    .replace('value + other', 'add(value, other)'),
  'anneal.yaml': `${TINY['anneal.yaml']}setup: mkdir -p made node_modules/dep && echo 'export default (a, b) => a + b' > made/add.mjs && touch node_modules/dep/index.js && echo once >> "$COUNT"\n`,
}
const made = (folder: string) => {
  const [file = ''] = globSync('.anneal/cache/setup/*/made/add.mjs', { cwd: folder })
  return readFileSync(join(folder, file), 'utf8')
}

it('what setup makes is there for every attempt, is no change of the candidate’s, and is made once', async () => {
  const folder = repository(files)
  const count = join(folder, '..', 'count')
  const environment = { ...process.env, COUNT: count, XDG_DATA_HOME: join(folder, '..', 'data') }
  for (const words of [
    ['run', '--attempts', '3', '--editor', 'genetic'],
    ['run', '--attempts', '1', '--editor', 'genetic'],
  ]) {
    const said = await anneal(folder, [...words, ...unsafe], environment)
    expect(said.code, said.out + said.err).toBe(0)
    expect(JSON.parse(said.out).attempts.scored).toBeGreaterThan(1)
  }
  expect(readFileSync(count, 'utf8')).toBe('once\n')
}, 180_000)

it('an editor’s program may do what it likes to what setup made: others keep it as it was', async () => {
  const folder = repository(files)
  const environment = { ...process.env, COUNT: '/dev/null', XDG_DATA_HOME: join(folder, '..', 'data') }
  const spoil =
    'grep -q default made/add.mjs && echo "export default () => 1e9" > made/add.mjs && rm -r node_modules && sed -i "s/= 3/= 4/" solve.mjs'
  const said = await anneal(folder, ['run', '--attempts', '1', '--editor-command', spoil, ...unsafe], environment)
  expect(said.code, said.out + said.err).toBe(0)
  expect(JSON.parse(said.out).best).toMatchObject({ attempt: 1, score: 4.5 })
  expect(made(folder)).toBe('export default (a, b) => a + b\n')
}, 180_000)

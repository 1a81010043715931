import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { anneal, git, offline, repository, TINY } from '../support/cli.ts'

const KEY = 'plain-looking-value-0451'
/** Every file below a folder that holds the key, as it is on the disk. */
const holders = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(KEY))
    .map(({ name }) => name)

it('what an editor prints of the person’s secrets is written nowhere, and what it puts into the program is no attempt', async () => {
  const folder = repository(TINY)
  const data = join(folder, '..', 'data')
  const environment = offline({ MY_SERVICE_TOKEN: KEY, XDG_DATA_HOME: data })
  const editor = [
    'n=$ANNEAL_ATTEMPT',
    `case $n in 1) echo "// $MY_SERVICE_TOKEN" >> solve.mjs;; 2) echo "leak $MY_SERVICE_TOKEN"; exit 3;; esac`,
    'sed -i "s/= 3/= 4/" solve.mjs',
    'echo "Raise it with $MY_SERVICE_TOKEN"',
  ].join('\n')
  const words = ['run', '--attempts', '3', '--json', '--sandbox', 'off', '--editor-command', editor]
  const said = await anneal(folder, words, environment)
  expect(said.code, said.out + said.err).toBe(0)
  expect(said.out + said.err).not.toContain(KEY)
  const { attempts } = JSON.parse((await anneal(folder, ['log', '--json'])).out)
  expect(attempts[1]).toMatchObject({ status: 'rejected', branch: null })
  expect(attempts[1].reason).toContain('MY_SERVICE_TOKEN')
  expect(attempts[2].reason).toContain('leak [$MY_SERVICE_TOKEN]')
  expect(attempts[3]).toMatchObject({ status: 'scored', title: 'Raise it with [$MY_SERVICE_TOKEN]' })
  expect([...holders(join(folder, '.anneal')), ...holders(data)]).toEqual([])
  const objects = git(folder, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname)').split('\n')
  const stored = objects.map((id) => execFileSync('git', ['cat-file', '-p', id], { cwd: folder }).includes(KEY))
  expect(stored.filter(Boolean)).toEqual([])
}, 180_000)

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { anneal, offline, repository } from '../support/cli.ts'

const has = (program: string) => spawnSync(program, ['--version']).status === 0
const missing = ['zsh', 'fish'].filter((shell) => !has(shell))
if (missing.length > 0 && process.env.ANNEAL_TEST_ALL && process.env.CI === 'true')
  throw new Error(`CI has to install ${missing.join(' and ')}`)

let folder = ''
beforeAll(async () => {
  folder = repository({ 'anneal.yaml': 'x', 'tale of.md': 'x' })
  for (const run of ['quiet-otter-3f2a', 'quiet-owl-0001', 'brisk-fox-1234'])
    mkdirSync(join(folder, '.anneal', 'runs', run), { recursive: true })
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out, code, err } = await anneal(folder, ['completion', shell])
    expect(code, err).toBe(0)
    writeFileSync(join(folder, '..', `anneal.${shell}`), out)
  }
})

const cases: [string, string[], string[]][] = [
  ['commands', ['sta'], ['status']],
  ['commands below a topic', ['lessons', 'ex'], ['export']],
  ['flags', ['apply', '--dr'], ['--dry-run']],
  ['runs as an argument', ['status', 'quiet'], ['quiet-otter-3f2a', 'quiet-owl-0001']],
  ['runs of a flag', ['show', '12', '--run', 'br'], ['brisk-fox-1234']],
  ['starters', ['init', '--starter', 'circ'], ['circle-packing']],
  ['the words that a flag may take', ['run', '--sandbox', 'req'], ['required']],
  ['files', ['check', '--task', 'anneal.y'], ['anneal.yaml']],
  ['nothing for a text', ['run', '--metric', ''], []],
]

describe('bash, by its own `complete -F`', () => {
  const complete = (words: string[]) => {
    const script = `source '${join(folder, '..', 'anneal.bash')}'
complete -p anneal >&2 || exit 9
COMP_WORDS=(anneal "$@"); COMP_CWORD=$#; COMPREPLY=(); _anneal
printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    expect(stderr).toContain('complete -o filenames -F _anneal anneal')
    return stdout.split('\n').filter(Boolean)
  }
  it.each(cases)('completes %s', (_, words, wanted) => {
    expect(complete(words)).toEqual(wanted)
  })
  it('completes a value behind an equals sign', () => {
    expect(complete(['show', '--run', '=', 'br'])).toEqual(['brisk-fox-1234'])
  })
})

describe.skipIf(!has('fish'))('fish, by its own `complete -C` (needs fish)', () => {
  it.each(cases.filter(([, words]) => words.at(-1) !== ''))('completes %s', (_, words, wanted) => {
    const script = `source '${join(folder, '..', 'anneal.fish')}'; complete -C '${['anneal', ...words].join(' ')}'`
    const { stdout, stderr } = spawnSync('fish', ['-N', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: offline(),
    })
    expect(stderr).toBe('')
    expect(
      stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('\t')[0])
        .toSorted(),
    ).toEqual(wanted.toSorted())
  })
})

describe.skipIf(!process.env.ANNEAL_TEST_ALL || !has('zsh'))(
  'zsh, in a pseudo-terminal of its own (long; needs zsh)',
  () => {
    it.each([
      ['a command', 'anneal sta\t', 'anneal status'],
      ['a run of a flag', 'anneal show --run br\t', '--run brisk-fox-1234'],
      ['a flag', 'anneal apply --dr\t', 'anneal apply --dry-run'],
      ['a starter', 'anneal init --starter circ\t', 'circle-packing'],
    ])('completes %s', (_, typed, wanted) => {
      const script = `zmodload zsh/zpty
zpty z zsh -f
zpty -w z 'PS1="> "; autoload -U compinit; compinit -u -D; source ${join(folder, '..', 'anneal.zsh')}; cd ${folder}; echo ready-now'
zpty -r -m z line '*ready-now*ready-now*'
zpty -w -n z "$1"
sleep 1.5
zpty -r -t z line; print -r -- "$line"
while zpty -r -t z line; do print -r -- "$line"; done
zpty -d z`
      const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script, 'zsh', typed], {
        cwd: folder,
        encoding: 'utf8',
        env: offline({ TERM: 'vt100' }),
      })
      expect(`${stdout}${stderr}`.replace(/\r|\u001b\[\??\d*[A-Za-z]/g, '')).toContain(wanted)
    })
  },
)

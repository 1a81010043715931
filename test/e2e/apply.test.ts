import { join } from 'node:path'
import { expect, it } from 'vitest'
import { anneal, git, offline, repository, TINY } from '../support/cli.ts'
import { hasTmux, openTerminal } from '../support/tmux.ts'

const all = Boolean(process.env.ANNEAL_TEST_ALL)

it.skipIf(!all || !hasTmux)(
  'on a terminal `apply` shows first and asks: a no changes nothing, a yes merges (long; tmux)',
  async () => {
    const folder = repository(TINY)
    const ran = await anneal(folder, ['run', '--attempts', '12', '--sandbox', 'off', '-q'])
    expect(ran.code, ran.err).toBe(0)
    const head = git(folder, 'rev-parse', 'HEAD')
    const command = `'${process.execPath}' '${join(import.meta.dirname, '..', '..', 'bin', 'run.js')}' apply`
    const terminal = openTerminal(folder, offline({ TERM: 'xterm-256color', PS1: '$ ' }), { columns: 80, lines: 30 })
    try {
      for (const [answer, said] of [
        ['', 'Nothing was changed.'],
        ['n', 'Nothing was changed.'],
        ['y', 'merged into main'],
      ] as const) {
        expect(git(folder, 'rev-parse', 'HEAD')).toBe(head)
        // The question of the round before is off the screen once these words are on it.
        terminal.type(`clear; printf 'answer:%s\\n' '${answer}.'; ${command}`)
        terminal.press('Enter')
        await terminal.until(`answer:${answer}.`)
        expect(await terminal.until('Apply it? (y/N)')).toContain('of the baseline')
        terminal.type(answer)
        terminal.press('Enter')
        await terminal.until(said)
      }
      expect(git(folder, 'rev-parse', 'HEAD^1')).toBe(head)
    } finally {
      terminal.close()
    }
  },
  120_000,
)

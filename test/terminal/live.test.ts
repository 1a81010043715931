import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { offline, repository, TINY } from '../support/cli.ts'
import { hasTmux, openTerminal, type Terminal } from '../support/tmux.ts'

if (!hasTmux && process.env.CI === 'true' && process.env.ANNEAL_TEST_ALL) throw new Error('CI has to install tmux')
const missing = hasTmux ? null : 'tmux is not installed'
const all = Boolean(process.env.ANNEAL_TEST_ALL)

/** Raises the value a little, slowly; its title would paint, rename the window and turn the line round, if it were let. */
const EDITOR =
  'sleep 0.4; sed -i "s/value = [0-9.]*/value = $((4 + ANNEAL_ATTEMPT))/" solve.mjs; printf "\\033[31mraise\\033]0;owned\\007 \\342\\200\\256<b>it</b> in attempt $ANNEAL_ATTEMPT\\n"'
const TASK = {
  ...TINY,
  'anneal.yaml': `${TINY['anneal.yaml']}editor: {command: ${JSON.stringify(EDITOR)}}\nmemory: off\n`.replace(
    'attempts: 6',
    'attempts: 500, time: 1h',
  ),
}

const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.js')
let open: Terminal | null = null
const close = () => {
  open?.close()
  open = null
}
afterEach(close)
/** A terminal in which `anneal` was typed. */
const terminal = (columns: number, lines: number, words: readonly string[] = [], more: Record<string, string> = {}) => {
  const { CI: _, NO_COLOR: __, FORCE_COLOR: ___, TMUX: ____, ...environment } = offline()
  const { TERM: _____ = '', ...others } = environment
  open = openTerminal(repository(TASK), { ...others, TERM: 'screen-256color' }, { columns, lines })
  // tmux says itself what terminal it is; so what is to be set is set for the command.
  const set = Object.entries(more).map(([name, value]) => `${name}=${value} `)
  open.type(`${set.join('')}${process.execPath} ${bin} run --sandbox off ${words.join(' ')}; echo "ended with $?"`)
  open.press('Enter')
  return open
}
const has = (text: string) => (lines: string[]) => lines.join('\n').includes(text)
const at = (lines: string[], text: string) => lines.findIndex((line) => line.includes(text))

describe.skipIf(missing !== null)(
  `the live view in a real terminal${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    test('shows a run at 80 by 24, pauses, shows an attempt, is resized, and leaves a clean screen', async () => {
      const seen = terminal(80, 24)
      const lines = await seen.untilLines((now) =>
        now.some((line) => / {3}[23] {2}\w+ 0\S* +edit +\d\.\d s/.test(line)),
      )
      expect(lines.length).toBe(24)
      expect(lines[0]).toMatch(/^\w+-\w+-\w{4} {2}Make the value large\. +running \d/)
      expect(lines.join('\n')).toMatch(/best {3}\d.* attempt \d+, (not )?confirmed/)
      expect(lines.join('\n')).toMatch(/▁.*█\n/)
      expect(lines.join('\n')).toMatch(/attempts ░+ \d+ of 500 +time {5}░+ \d\.\d s of 60 min/)
      expect(lines.join('\n')).toContain('raise <b>it</b> in attempt 1')
      expect(lines.at(-1)).toBe('p pause · s stop after these · ↑↓ enter details · o report · ? help · q quit')

      seen.press('p')
      await seen.untilLines((now) => has(' paused ')(now) && has('nothing runs')(now))
      seen.press('Down', 'Enter')
      seen.resize(80, 14)
      await seen.untilLines((now) => /^Attempt \d+ +lines 1 to 12 of \d+$/.test(now[0] ?? '') && now.length === 14)
      seen.press('Down', 'Down', 'Down')
      await seen.untilLines((now) => /lines 4 to 15/.test(now[0] ?? ''))
      seen.resize(120, 40)
      await seen.untilLines((now) => now.length === 40 && at(now, 'esc back') === 39)
      seen.press('q', 'p')
      const wide = await seen.untilLines((now) => has(' running ')(now) && at(now, '? help') === 39)
      expect(wide.join('\n')).not.toContain('│')

      seen.press('s')
      await seen.untilLines(has('ended with 130'))
      const left = seen.lines().join('\n')
      expect(left).toContain('stopped: interrupted')
      expect(left).not.toContain('p pause')
    }, 90_000)
  },
)

describe.skipIf(missing !== null || !all)(
  `the live view in other terminals${missing !== null ? ` (skipped: ${missing})` : all ? '' : ' (skipped: long, npm run test:all)'}`,
  () => {
    test('fits 200 by 60 and whatever it is resized to in mid-run', async () => {
      const seen = terminal(200, 60, ['--parallel', '3'], { BROWSER: 'true' })
      const lines = await seen.untilLines(has('   5  '))
      expect(lines.length).toBe(60)
      expect(at(lines, '? help')).toBe(59)
      for (const [columns, rows] of [
        [60, 10],
        [20, 4],
        [5, 2],
        [1, 1],
        [100, 30],
      ] as const) {
        seen.resize(columns, rows)
        await wait(800)
        const now = seen.lines()
        expect(now.length).toBe(rows)
        if (columns >= 20) expect(now.join('\n')).toContain('? help')
        expect(now.filter((line) => /^\w+-\w+-/.test(line)).length).toBeLessThanOrEqual(1)
      }
      seen.press('?')
      await seen.untilLines(has('stop when what runs is finished'))
      seen.press('Escape')
      await seen.untilLines(has('p pause'))
      seen.press('o')
      await seen.untilLines(has('The report as it stands now'))
      seen.press('C-c')
      await seen.untilLines(has('Finishing what runs'))
      seen.press('C-c')
      await seen.untilLines(has('ended with 130'))
    }, 120_000)

    test('shows no colour where NO_COLOR is set, and colour where it is not', async () => {
      for (const [more, coloured] of [
        [{}, true],
        [{ NO_COLOR: '1' }, false],
      ] as const) {
        const seen = terminal(80, 24, [], more)
        await seen.untilLines(has('   1  '))
        expect(/\u001b\[(\d+;)*3[1-7]/.test(seen.lines(true).join('\n'))).toBe(coloured)
        close()
      }
    }, 90_000)

    test('prints plain lines in a dumb terminal, in CI and with --plain', async () => {
      for (const [words, environment] of [
        [[], { TERM: 'dumb' }],
        [[], { CI: 'true' }],
        [['--plain'], {}],
      ] as const) {
        const seen = terminal(100, 30, ['--attempts', '1', ...words], environment)
        const lines = await seen.untilLines(has('ended with 0'))
        expect(lines.join('\n')).toMatch(/ {3}1 {2}\w+ 0 +5.5 .*raise <b>it<\/b> in attempt 1/)
        expect(lines.join('\n')).not.toContain('p pause')
        close()
      }
    }, 90_000)
  },
)

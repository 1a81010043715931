import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { repository, TINY } from '../support/cli.ts'
import { openTerminal, terminalMissing } from '../support/terminal.ts'

const missing = terminalMissing()
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

let open: ReturnType<typeof openTerminal> | null = null
afterEach(() => open?.close())
const terminal = (columns: number, rows: number, more: Record<string, string> = {}) => {
  open = openTerminal(repository(TASK), columns, rows, more)
  return open
}
const has = (text: string) => (lines: string[]) => lines.join('\n').includes(text)
const at = (lines: string[], text: string) => lines.findIndex((line) => line.includes(text))

describe.skipIf(missing !== null)(
  `the live view in a real terminal${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    test('shows a run at 80 by 24, pauses, shows an attempt, is resized, and leaves a clean screen', async () => {
      const seen = terminal(80, 24)
      seen.anneal('run', '--sandbox', 'off')
      const lines = await seen.until(has('   2  '))
      expect(lines.length).toBe(24)
      expect(lines[0]).toMatch(/^\w+-\w+-\w{4} {2}Make the value large\. +running \d/)
      expect(lines.join('\n')).toMatch(/best {3}\d.* attempt \d+, (not )?confirmed/)
      expect(lines.join('\n')).toMatch(/▁.*█\n/)
      expect(lines.join('\n')).toMatch(/attempts ░+ \d+ of 500 +time {5}░+ \d\.\d s of 60 min/)
      expect(lines.join('\n')).toMatch(/ {3}[23] {2}\w+ 0\S* +edit +\d\.\d s/)
      expect(lines.join('\n')).toContain('raise <b>it</b> in attempt 1')
      expect(lines.at(-1)).toBe('p pause · s stop after these · ↑↓ enter details · o report · ? help · q quit')

      seen.type('p')
      await seen.until((now) => has(' paused ')(now) && has('nothing runs')(now))
      seen.type('Down', 'Enter')
      const details = await seen.until(has('esc back'))
      expect(details[0]).toMatch(/^Attempt \d+ +lines 1 to 22 of \d+$/)
      seen.type('Down', 'Down', 'Down')
      await seen.until((now) => /lines [2-4] to/.test(now[0] ?? ''))
      seen.resize(120, 40)
      await seen.until((now) => now.length === 40 && at(now, 'esc back') === 39)
      seen.type('q', 'p')
      const wide = await seen.until((now) => has(' running ')(now) && at(now, '? help') === 39)
      expect(wide.join('\n')).not.toContain('│')

      seen.type('s')
      await seen.until(has('ended with 130'))
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
      const seen = terminal(200, 60)
      seen.anneal('run', '--sandbox', 'off', '--parallel', '3')
      const lines = await seen.until(has('   5  '))
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
      seen.type('?')
      await seen.until(has('stop when what runs is finished'))
      seen.type('Escape')
      await seen.until(has('p pause'))
      seen.type('C-c')
      await seen.until(has('Finishing what runs'))
      seen.type('C-c')
      await seen.until(has('ended with 130'))
    }, 120_000)

    test('shows no colour where NO_COLOR is set, and colour where it is not', async () => {
      for (const [more, coloured] of [
        [{}, true],
        [{ NO_COLOR: '1' }, false],
      ] as const) {
        const seen = terminal(80, 24, more)
        seen.anneal('run', '--sandbox', 'off')
        await seen.until(has('   1  '))
        expect(/\u001b\[(\d+;)*3[1-7]/.test(seen.lines(true).join('\n'))).toBe(coloured)
        seen.close()
        open = null
      }
    }, 90_000)

    test('prints plain lines in a dumb terminal, in CI and with --plain', async () => {
      for (const [words, environment] of [
        [[], { TERM: 'dumb' }],
        [[], { CI: 'true' }],
        [['--plain'], {}],
      ] as const) {
        const seen = terminal(100, 30, environment)
        seen.anneal('run', '--sandbox', 'off', '--attempts', '1', ...words)
        const lines = await seen.until(has('ended with 0'))
        expect(lines.join('\n')).toMatch(/ {3}1 {2}\w+ 0 +5.5 .*raise <b>it<\/b> in attempt 1/)
        expect(lines.join('\n')).not.toContain('p pause')
        seen.close()
        open = null
      }
    }, 90_000)
  },
)

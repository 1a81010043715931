import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Heard } from '../../src/records/event.ts'
import type { Run } from '../../src/records/run.ts'
import { UNSTEERED } from '../../src/records/steering.ts'
import { clip, widthOf } from '../../src/reports/width.ts'
import { press, START } from '../../src/terminal/keys.ts'
import type { Line } from '../../src/terminal/line.ts'
import { activeSeconds, noted, openScene, type Scene, seen } from '../../src/terminal/scene.ts'
import { screen } from '../../src/terminal/screen.ts'
import { sparkline } from '../../src/terminal/sparkline.ts'
import { isLive } from '../../src/terminal/watch.ts'
import { hill } from '../bench/landscapes.ts'
import { simulate } from '../bench/simulate.ts'

const HOSTILE = '\u001b[31mred\u001b]0;owned\u0007 \u202e表示 \u0000<script>\ttab'
const textOf = (lines: readonly Line[]) => lines.map((line) => line.map(({ text }) => text).join(''))

/** A run in which everything that can be shown is there. */
function full(): Scene {
  const played = simulate(hill(3), 'greedy-tree', 3, 40)
  const last = played.attempts.at(-1)
  const run: Run = {
    ...played,
    task: { ...played.task, goal: HOSTILE, budget: { attempts: 100, time: 3600, cost: 5, tokens: 1e6 } },
    attempts: [...played.attempts.slice(0, -1), ...(last ? [{ ...last, idea: { ...last.idea, title: HOSTILE } }] : [])],
    open: [{ attempt: 41, parents: [3], operator: 'improve', editor: 'model', model: 'm', seed: 1 }],
    lessons: [
      {
        id: 'l',
        kind: 'practice',
        when: 'it is slow',
        advice: HOSTILE,
        confidence: 1,
        evidence: [],
        helped: 0,
        harmed: 0,
      },
    ],
    spent: { seconds: 100, usd: 1.5, usdUnknown: false, tokens: 20_000, cached: 0 },
    steering: { ...UNSTEERED, pinned: 3, banned: [5], hints: [{ id: 1, text: HOSTILE }] },
  }
  const progress: Heard = { type: 'progress', attempt: 41, step: 'edit', text: `thinking\n${HOSTILE}` }
  const scene = noted(seen(openScene(run, 10), progress, run, 12), HOSTILE)
  return { ...scene, gpus: [{ id: '0', utilisation: 0.5, used: 2 ** 33, total: 2 ** 36 }] }
}

describe('the screen', () => {
  const scene = full()
  const places = [
    START,
    { ...START, chosen: 20 },
    { page: 'attempt', chosen: 40, scroll: 3 },
    { page: 'help', chosen: null, scroll: 0 },
  ] as const

  test('fits every size, and no text of a model reaches the terminal as anything but text', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 220 }),
        fc.integer({ min: 1, max: 70 }),
        fc.constantFrom(...places),
        (columns, rows, place) => {
          const lines = textOf(screen(scene, place, { columns, rows }, 15, () => '/logs'))
          expect(lines.length).toBeLessThanOrEqual(rows)
          for (const line of lines) {
            expect(widthOf(line)).toBeLessThanOrEqual(columns)
            expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('keeps what matters most as rows grow few: the run, its best score, the keys', () => {
    for (const rows of [3, 4, 6, 10, 24, 60]) {
      const lines = textOf(screen(scene, START, { columns: 80, rows }, 15, () => ''))
      expect(lines.length).toBe(rows)
      expect(lines[0]).toContain('running')
      expect(lines[1]).toMatch(/^best {3}\d/)
      expect(lines.at(-1)).toContain('? help')
    }
  })

  test('tells budgets, GPUs, steering, steps, the newest lesson and note', () => {
    const text = textOf(screen(scene, START, { columns: 120, rows: 40 }, 15, () => '')).join('\n')
    expect(text).toContain('40 of 100')
    expect(text).toMatch(/time {5}█?░+ 2 min of 60 min|time {5}█?░+ 10\d s of 60 min/)
    expect(text).toMatch(/cost {5}█+░+ \$1\.50 of \$5/)
    expect(text).toMatch(/GPU {4}0 █+░+ 50 % 8\.0 of 64 GiB/)
    expect(text).toContain('pinned     attempt 3 and its descendants')
    expect(text).toMatch(/41 {2}improve 3 +edit +3\.0 s\n {10}thinking/)
    expect(text).toContain('lesson ')
    expect(text).toContain('note ')
  })

  test('does not count a pause', () => {
    const paused = { ...scene, run: { ...scene.run, steering: { ...UNSTEERED, paused: true } } }
    expect(activeSeconds(scene, 40)).toBe(130)
    expect(activeSeconds(paused, 400)).toBe(100)
  })
})

describe('keys', () => {
  const page = { attempts: [3, 2, 1, 0], lines: 50, rows: 20 }
  test('choose an attempt, open it and scroll within its bounds', () => {
    const placeAfter = (...keys: string[]) => keys.reduce((place, key) => press(place, key, page).place, START)
    expect(placeAfter('down', 'down')).toEqual({ page: 'run', chosen: 2, scroll: 0 })
    expect(placeAfter('down', 'down', 'up', 'up').chosen).toBeNull()
    expect(placeAfter('enter')).toMatchObject({ page: 'attempt', chosen: 3 })
    expect(placeAfter('enter', 'pageDown', 'pageDown', 'down').scroll).toBe(30)
    expect(placeAfter('enter', 'up').scroll).toBe(0)
    expect(placeAfter('down', 'down', 'enter', 'q')).toEqual({ page: 'run', chosen: 2, scroll: 0 })
    expect(placeAfter('?', '?')).toEqual(START)
  })
  test('ask for what they say, Ctrl-C on every page', () => {
    const asks = (key: string, place = START) => press(place, key, page).act
    expect(['p', 's', 'q', 'o', 'x'].map((key) => asks(key))).toEqual(['pause', 'stop', 'quit', 'report', null])
    expect(asks('interrupt', { ...START, page: 'attempt' })).toBe('quit')
    expect(asks('q', { ...START, page: 'attempt' })).toBeNull()
  })
})

test('a sparkline shows how values went, whatever there is room for', () => {
  expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8)).toBe('▁▂▃▄▅▆▇█')
  expect(sparkline([1, 1, 1], 8)).toBe('▁▁▁')
  expect(sparkline([0, 0, 9, 9], 2)).toBe('▁█')
  expect(sparkline([], 8)).toBe('')
})

test('columns of a terminal are counted, not characters', () => {
  expect([widthOf('abc'), widthOf('表示'), widthOf('e\u0301'), widthOf('👩‍💻')]).toEqual([3, 4, 1, 2])
  expect(clip('表示する', 5)).toBe('表示…')
})

test('the live view is for a person at a terminal alone', () => {
  const wish = { quiet: false, plain: false, json: false }
  const streams = (stdin: boolean, stderr: boolean) => ({ stdin: { isTTY: stdin }, stderr: { isTTY: stderr } }) as never
  expect(isLive(wish, { TERM: 'xterm' }, streams(true, true))).toBe(true)
  for (const other of [{ quiet: true }, { plain: true }, { json: true }])
    expect(isLive({ ...wish, ...other }, {}, streams(true, true))).toBe(false)
  for (const environment of [{ TERM: 'dumb' }, { CI: 'true' }])
    expect(isLive(wish, environment, streams(true, true))).toBe(false)
  expect([isLive(wish, {}, streams(true, false)), isLive(wish, {}, streams(false, true))]).toEqual([false, false])
})

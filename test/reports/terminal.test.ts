import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readHistory } from '../../src/journal/journal.ts'
import type { Run } from '../../src/records/run.ts'
import { ago } from '../../src/reports/ago.ts'
import { diffText } from '../../src/reports/diff-text.ts'
import { glanceText, runsText } from '../../src/reports/glance-text.ts'
import { type Look, linked, lookOf, PLAIN } from '../../src/reports/look.ts'
import { shownText } from '../../src/reports/shown-text.ts'
import { treeText } from '../../src/reports/tree-text.ts'
import { widthOf } from '../../src/reports/width.ts'
import { repository, TINY } from '../support/cli.ts'
import { longRun } from '../support/long-run.ts'

const TASK = {
  goal: 'Make the value large.',
  edit: ['solve.mjs'],
  evaluate: { command: 'node score.mjs', metric: 'value', direction: 'maximize' },
  holdout: { command: 'node holdout.mjs' },
}
const NOW = Date.UTC(2026, 0, 2)
const look = (width: number): Look => ({ width, colour: true, links: true, now: NOW })

async function runOf(attempts: number): Promise<{ run: Run; folder: string; closed: Map<number, number> }> {
  const place = repository(TINY)
  const folder = `${place}/.anneal/runs/${longRun(place, TASK, attempts)}`
  const { run, lines } = await readHistory(folder)
  if (!run) throw new Error('no run')
  const closed = lines.flatMap(({ event }) =>
    event.type === 'attempt.closed' ? [[event.attempt.attempt, NOW - 180_000] as const] : [],
  )
  return { run, folder, closed: new Map(closed) }
}

describe('how a stream is written to', () => {
  const tty = { isTTY: true, columns: 100 }
  it.each([
    ['a pipe', {}, { TERM: 'xterm' }, { colour: false, links: false, width: Number.POSITIVE_INFINITY, now: null }],
    ['a terminal', tty, { TERM: 'xterm' }, { colour: true, links: false, width: 100, now: NOW }],
    ['a terminal without colour', tty, { NO_COLOR: '1', FORCE_COLOR: '1' }, { colour: false }],
    ['a pipe with colour forced', {}, { FORCE_COLOR: '1' }, { colour: true, width: Number.POSITIVE_INFINITY }],
    ['a dumb terminal', tty, { TERM: 'dumb', VTE_VERSION: '7000' }, { colour: false, links: false }],
    ['a terminal that follows links', tty, { VTE_VERSION: '6003' }, { links: true }],
    ['the same in a multiplexer', tty, { VTE_VERSION: '6003', TMUX: '/tmp/x' }, { links: false }],
    ['links forced', {}, { FORCE_HYPERLINK: '1' }, { links: true }],
    ['links forbidden', tty, { FORCE_HYPERLINK: '0', WT_SESSION: 'x' }, { links: false }],
  ] as const)('%s', (_, stream, environment, wanted) => {
    expect(lookOf(stream, environment, NOW)).toMatchObject(wanted)
  })
})

it('times are told from now, and in full where there is no now', () => {
  const told = [1000, 30_000, 190_000, 7_300_000, 3 * 86_400_000, 30 * 86_400_000].map((past) => ago(NOW - past, NOW))
  expect(told).toEqual(['just now', '30 s ago', '3 min ago', '2 h ago', '3 d ago', '4 weeks ago'])
  expect(ago(NOW, null)).toBe('2026-01-02T00:00:00Z')
})

describe('the tree of attempts', () => {
  it('fits the terminal, however deep and wide it is, and is whole in a pipe', async () => {
    const { run, closed } = await runOf(300)
    const [first] = run.attempts
    if (!first) throw new Error('no attempt')
    const wide = { ...first, attempt: 301, parents: [300], idea: { ...first.idea, title: '宽'.repeat(90) } }
    const more = { ...run, attempts: [...run.attempts, wide] }
    for (const width of [64, 80, 200]) {
      const lines = stripVTControlCharacters(treeText(more, look(width), closed, String)).split('\n')
      expect(lines).toHaveLength(302)
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width)
      expect(lines[1]).toMatch(/^└─ 1 +(improve 0 +)?1 +\+1 +\* +Idea number 1/)
      if (width > 64) expect(lines[1]).toMatch(/3 min ago$/)
    }
    const piped = treeText(more, PLAIN, closed, String)
    expect(piped).toContain('宽'.repeat(90))
    expect(piped).not.toContain('\u001b')
  })

  it('keeps the figures in reach in a pipe, where a line of descent is long', async () => {
    const { run, closed } = await runOf(100)
    const attempts = run.attempts.map((one) => (one.attempt === 0 ? one : { ...one, parents: [one.attempt - 1] }))
    const lines = treeText({ ...run, attempts }, PLAIN, closed, String).split('\n')
    expect(lines.at(-1)).toMatch(/^⋯100 +└─ 100 +(improve|draft) 99 /)
    expect(lines.at(-1)?.indexOf('improve')).toBeLessThan(60)
  })

  it('of 5,000 attempts is drawn in less than a second', async () => {
    const { run, closed } = await runOf(5000)
    const before = process.cpuUsage()
    expect(treeText(run, look(100), closed, String).split('\n')).toHaveLength(5001)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(1)
  })

  it('shows a hostile title as text', async () => {
    const { run, closed } = await runOf(3)
    const attempts = run.attempts.map((one) => ({
      ...one,
      idea: { ...one.idea, title: '\u001b]0;owned\u0007\u001b[2J\u202eevil\r\n::error::x' },
      diff: '+\u001b[2Jadded\n-taken\n@@ 1 @@\n',
    }))
    const hostile = { ...run, attempts }
    const [one] = attempts.slice(1)
    if (!one) throw new Error('no attempt')
    for (const text of [
      treeText(hostile, PLAIN, closed, String),
      glanceText({ run: hostile, last: NOW, alive: false, folder: '/x', named: false }, PLAIN),
      shownText(one, hostile, '/logs', NOW, PLAIN),
      runsText([{ run: hostile, last: NOW, alive: true, folder: '/x' }], PLAIN),
    ]) {
      expect(text).not.toMatch(/[\u001b\u202e\r\u0007]/)
      expect(text).not.toMatch(/^::/m)
    }
  })
})

it('a diff is coloured line by line, and its own escapes are taken out', () => {
  const text = diffText('diff --git a/x b/x\n@@ -1 +1 @@\n-old\n+new\u001b[31m\n same\n', look(80))
  expect(text).toContain('\u001b[31m-old\u001b[39m')
  expect(text).toContain('\u001b[32m+new\u001b[39m')
  expect(diffText('-a\n+b\n', PLAIN)).toBe('-a\n+b')
})

it('a link leads to the file, and is text where links are not followed', () => {
  expect(linked('12', '/a b/ü', look(80))).toBe('\u001b]8;;file:///a%20b/%C3%BC\u001b\\12\u001b]8;;\u001b\\')
  expect(linked('12', '/a', PLAIN)).toBe('12')
})

describe('a run at a glance', () => {
  it('says whether it is better, why, how far to trust it, and what to do', async () => {
    const { run, folder } = await runOf(10)
    const text = stripVTControlCharacters(
      glanceText({ run, last: NOW - 60_000, alive: false, folder, named: false }, look(80)),
    )
    for (const words of [
      /^Better, not confirmed yet\./,
      /why +Idea number 10/,
      /way +0 → 1 → 2 → 5 → 10/,
      /trust +measured once, not confirmed; hold-out not/,
      /last event 1 min ago/,
      /anneal apply /,
      /anneal resume /,
    ])
      expect(text).toMatch(words)
    expect(Math.max(...text.split('\n').map(widthOf))).toBeLessThanOrEqual(
      Math.max(80, widthOf(`files      ${folder}`)),
    )
  })

  it('says what it cost: tokens, those of them that were cached, and that a price is not known', async () => {
    const { run, folder } = await runOf(3)
    const spentBy = (spent: Partial<Run['spent']>) =>
      glanceText(
        { run: { ...run, spent: { ...run.spent, ...spent } }, last: NOW, alive: false, folder, named: false },
        PLAIN,
      )
    expect(spentBy({ tokens: 900, cached: 400, usd: 0.5 })).toMatch(
      /spent .*, 900 tokens \(400 of them cached\), \$0\.5000$/m,
    )
    expect(spentBy({ usdUnknown: true })).toMatch(
      /spent .* tokens, dollars unknown \(the price of a model is not known\)$/m,
    )
    expect(spentBy({ usdUnknown: true, usd: 0.5 })).toMatch(/at least \$0\.5000 \(the price/)
  })

  it('says what went wrong where nothing is better', async () => {
    const { run, folder } = await runOf(3)
    const attempts = run.attempts.map((one) =>
      one.attempt === 0 ? one : { ...one, status: 'failed' as const, score: null, reason: 'it broke\nat line 3' },
    )
    const text = glanceText({ run: { ...run, attempts }, last: NOW, alive: false, folder, named: true }, PLAIN)
    expect(text).toContain('Not better yet.')
    expect(text).toContain('3 of 3 attempts: it broke')
    expect(text).toContain(`anneal log ${run.run}`)
  })
})

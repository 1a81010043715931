import type { Attempt } from '../records/attempt.ts'
import { attemptOf, type Run } from '../records/run.ts'
import { better } from '../records/task.ts'
import { ago } from './ago.ts'
import { type Cell, columns } from './columns.ts'
import { leaderOf } from './documents.ts'
import { type Look, linked, paint } from './look.ts'
import { leadersOf } from './plain.ts'
import { changeText, figure, oneLine } from './words.ts'

type Place = { attempt: Attempt; lead: string; last: boolean; root: boolean }

/** The columns that the drawing of the tree may take: a share of a terminal's width; so many in a pipe. */
const DRAWN = 0.27
const DRAWN_IN_A_PIPE = 48

/** The tree of attempts, children below their first parent: number and origin, score and change, title, and when it was closed. */
export function treeText(
  run: Run,
  look: Look,
  closed: ReadonlyMap<number, number>,
  logsOf: (attempt: number) => string,
): string {
  const leaders = leadersOf(run)
  const best = leaderOf(run)?.attempt.attempt ?? null
  const most = Number.isFinite(look.width) ? Math.max(12, Math.floor(look.width * DRAWN)) : DRAWN_IN_A_PIPE
  const rows = placesOf(run).map((place): Cell[] => {
    const { attempt, operator, parents } = place.attempt
    const drawn = drawing(place, most)
    const from = operator === 'baseline' ? 'baseline' : `${operator} ${parents.join('+')}`
    const mark = attempt === best && attempt > 0 ? '★' : leaders.has(attempt) && attempt > 0 ? '*' : ''
    const title: Cell = {
      text: titleOf(place.attempt, look),
      paint: (text) => (place.attempt.status === 'scored' ? text : paint('quiet', text, look)),
    }
    const when: Cell = {
      text: ago(closed.get(attempt) ?? Number.NaN, look.now),
      paint: (text) => paint('quiet', text, look),
    }
    return [
      { text: `${drawn}${attempt}`, paint: (text) => numbered(text, String(attempt), logsOf(attempt), look) },
      { text: from, paint: (text) => paint('quiet', text, look) },
      ...scoreCells(place.attempt, run, look),
      { text: mark, paint: (text) => paint('warn', text, look) },
      // What has no bound stands last.
      ...(Number.isFinite(look.width) ? [title, when] : [when, title]),
    ]
  })
  return columns(rows, look.width, 5, [1, 6]).join('\n')
}

/** The attempts in the order in which the tree is drawn. */
function placesOf(run: Run): Place[] {
  const children = new Map<number, Attempt[]>()
  for (const attempt of run.attempts) {
    if (attempt.attempt === 0) continue
    const parent = attempt.parents[0] ?? 0
    const family = children.get(parent)
    if (family) family.push(attempt)
    else children.set(parent, [attempt])
  }
  const places: Place[] = []
  const stack: Place[] = run.attempts.slice(0, 1).map((attempt) => ({ attempt, lead: '', last: true, root: true }))
  for (let top = stack.pop(); top; top = stack.pop()) {
    places.push(top)
    const { attempt, lead, last, root } = top
    const below = children.get(attempt.attempt) ?? []
    const next = root ? '' : `${lead}${last ? '   ' : '│  '}`
    for (let at = below.length - 1; at >= 0; at--) {
      const child = below[at]
      if (child) stack.push({ attempt: child, lead: next, last: at === below.length - 1, root: false })
    }
  }
  return places
}

/** The lines that lead to an attempt. Where they would take too much room, their depth stands for them. */
function drawing({ lead, last, root }: Place, most: number): string {
  if (root) return ''
  const line = `${lead}${last ? '└─ ' : '├─ '}`
  if (line.length + 5 <= most) return line
  const depth = `⋯${line.length / 3} `
  return depth + line.slice(line.length - Math.max(3, most - 5 - depth.length))
}

function numbered(text: string, number: string, logs: string, look: Look): string {
  const at = text.length - number.length
  return text.endsWith(number) ? paint('quiet', text.slice(0, at), look) + linked(number, logs, look) : text
}

function scoreCells({ status, score, parents }: Attempt, run: Run, look: Look): Cell[] {
  if (status !== 'scored')
    return [{ text: status, paint: (text) => paint(status === 'failed' ? 'bad' : 'quiet', text, look) }, { text: '' }]
  const parent = attemptOf(run, parents[0])?.score ?? null
  const gained = better(run.task.evaluate.direction, score, parent)
  const change = parent === null || score === null ? '' : changeText(score - parent)
  return [
    { text: figure(score) },
    { text: change, paint: (text) => (parent === score ? text : paint(gained ? 'good' : 'bad', text, look)) },
  ]
}

function titleOf({ status, idea, reason }: Attempt, { width }: Look): string {
  const most = Number.isFinite(width) ? 200 : 400
  const cites = idea.cites.length > 0 ? `  [${oneLine(idea.cites.join(', '), 160)}]` : ''
  return status === 'scored' ? `${oneLine(idea.title, most)}${cites}` : oneLine(reason ?? idea.title, most)
}

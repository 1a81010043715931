import type { Attempt } from '../records/attempt.ts'
import { attemptOf, type Run } from '../records/run.ts'
import { better } from '../records/task.ts'
import { leaderOf } from '../reports/documents.ts'
import { steeredLines } from '../reports/steering.ts'
import { clip, widthOf } from '../reports/width.ts'
import { changeText, duration, figure, oneLine, safe } from '../reports/words.ts'
import type { Place } from './keys.ts'
import { ends, keysLine, type Line, lengthOf, type Piece, plain, quiet, strong } from './line.ts'
import { activeSeconds, type Scene } from './scene.ts'
import { bar, sparkline } from './sparkline.ts'

export function headLine(scene: Scene, columns: number, now: number): Line {
  const { run } = scene
  const state = stateOf(scene)
  const time = duration(activeSeconds(scene, now))
  return ends(
    [strong(run.run), plain('  '), plain(oneLine(run.task.goal, columns))],
    [{ text: state, tone: state === 'running' ? 'good' : 'strong' }, quiet(` ${time}`)],
    columns,
  )
}

function stateOf({ run, ending }: Scene): string {
  if (run.stopped !== null) return 'ended'
  if (ending !== 'no') return ending
  return run.steering.paused ? 'paused' : run.attempts.length === 0 ? 'starting' : 'running'
}

export function bestLines(run: Run, columns: number): Line[] {
  const { metric, direction } = run.task.evaluate
  const found = leaderOf(run)
  const baseline = run.attempts[0]?.score ?? null
  if (!found) return [[plain('best   '), quiet('the baseline is being measured')]]
  const { attempt, score } = found.attempt
  const kind = `  ${metric}, ${direction === 'maximize' ? 'higher' : 'lower'} is better`
  const first: Line =
    attempt === 0
      ? [plain('best   '), strong(figure(score)), quiet(`${kind}; the baseline, no attempt has beaten it yet`)]
      : [
          plain('best   '),
          { text: figure(score), tone: 'good' },
          plain(`  attempt ${attempt}, ${found.confirmed ? 'confirmed' : 'not confirmed yet'}`),
          quiet(`; baseline ${figure(baseline)}${kind}`),
        ]
  return [first, [plain('       '), { text: sparkline(bestSoFar(run), columns - 8), tone: 'good' }]]
}

const series = new WeakMap<readonly Attempt[], number[]>()

/** The best score so far after each attempt from the first that has one on, signed so that up is better. Kept by the list of attempts. */
function bestSoFar({ attempts, task }: Run): number[] {
  const known = series.get(attempts)
  if (known) return known
  const sign = task.evaluate.direction === 'maximize' ? 1 : -1
  const values: number[] = []
  let best: number | null = null
  for (const { score } of attempts.toSorted((a, b) => a.attempt - b.attempt)) {
    if (better(task.evaluate.direction, score, best)) best = score
    if (best !== null) values.push(sign * best)
  }
  series.set(attempts, values)
  return values
}

export function budgetLines(scene: Scene, columns: number, rows: number, now: number): Line[] {
  const { budget } = scene.run.task
  const { attempts, spent } = scene.run
  const seconds = activeSeconds(scene, now)
  const done = Math.max(0, attempts.length - 1)
  const unsure = spent.usdUnknown ? 'at least ' : ''
  const parts = [
    {
      name: 'attempts',
      share: done / (budget.attempts ?? Number.POSITIVE_INFINITY),
      text: budget.attempts === undefined ? `${done}` : `${done} of ${budget.attempts}`,
      bound: budget.attempts,
    },
    {
      name: 'time',
      share: seconds / (budget.time ?? Number.POSITIVE_INFINITY),
      text: budget.time === undefined ? '' : `${duration(seconds)} of ${duration(budget.time)}`,
      bound: budget.time,
    },
    {
      name: 'cost',
      share: spent.usd / (budget.cost ?? Number.POSITIVE_INFINITY),
      text: `${unsure}$${spent.usd.toFixed(2)}${budget.cost === undefined ? '' : ` of $${budget.cost}`}`,
      bound: budget.cost,
      idle: spent.usd === 0,
    },
    {
      name: 'tokens',
      share: spent.tokens / (budget.tokens ?? Number.POSITIVE_INFINITY),
      text: `${count(spent.tokens)}${budget.tokens === undefined ? '' : ` of ${count(budget.tokens)}`}`,
      bound: budget.tokens,
      idle: spent.tokens === 0,
    },
  ].filter(({ bound, text, idle }) => bound !== undefined || (text !== '' && idle !== true))
  if (rows < 16 || columns < 40) return [[plain(parts.map(({ name, text }) => `${name} ${text}`).join('  '))]]
  const across = columns >= 76 ? 2 : 1
  const cell = Math.floor(columns / across)
  const long = Math.max(6, Math.min(30, cell - 38))
  const cells = parts.map(({ name, share, text, bound }): Line => {
    const drawn = bound === undefined ? '' : `${bar(share, long)} `
    const words = `${name.padEnd(9)}${drawn}${text}`
    return [
      plain(name.padEnd(9)),
      { text: drawn, tone: share > 0.9 ? 'bad' : 'good' },
      plain(`${text}${' '.repeat(Math.max(1, cell - widthOf(words)))}`),
    ]
  })
  return Array.from({ length: Math.ceil(cells.length / across) }, (_, row) =>
    cells.slice(row * across, row * across + across).flat(),
  )
}

const count = (value: number): string =>
  value >= 1e6 ? `${(value / 1e6).toFixed(2)}M` : value >= 1e4 ? `${Math.round(value / 1000)}k` : String(value)

export function gpuLines({ gpus }: Scene, columns: number): Line[] {
  if (gpus.length === 0) return []
  const texts = gpus.map(({ id, utilisation, used, total }) => {
    const memory =
      used === null
        ? ''
        : ` ${(used / 2 ** 30).toFixed(1)}${total === null ? '' : ` of ${(total / 2 ** 30).toFixed(0)}`} GiB`
    return `${safe(id)} ${utilisation === null ? '' : `${bar(utilisation, 6)} ${Math.round(100 * utilisation)} %`}${memory}`
  })
  return [[plain(clip(`GPU    ${texts.join('   ')}`, columns))]]
}

export function workingLines({ run, working }: Scene, columns: number, rows: number, now: number): Line[] {
  if (working.length === 0)
    return run.attempts.length === 0
      ? [[quiet('       setting up')]]
      : run.steering.paused
        ? [[quiet('       nothing runs')]]
        : []
  return working.flatMap(({ attempt, step, since, text }) => {
    const opening = run.open.find((one) => one.attempt === attempt) ?? attemptOf(run, attempt)
    const from =
      !opening || opening.operator === 'baseline' ? 'baseline' : `${opening.operator} ${opening.parents.join('+')}`
    const tail = lastWords(text, rows >= 30 ? 3 : 1, columns - 10)
    const head: Line = [
      strong(`${String(attempt).padStart(5)}  `),
      plain(`${from.padEnd(15)} ${step.padEnd(9)} ${duration(Math.max(0, now - since)).padStart(7)}`),
    ]
    return rows >= 30
      ? [head, ...tail.map((line): Line => [quiet(`          ${line}`)])]
      : [[...head, quiet(tail[0] === undefined ? '' : `  ${tail[0]}`)]]
  })
}

/** The last lines of a text that say something. */
function lastWords(text: string, lines: number, columns: number): string[] {
  return safe(text)
    .split('\n')
    .map((line) => line.replaceAll('\t', '  ').trimEnd())
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .map((line) => clip(line, columns))
}

/** The numbers of the attempts in the order of the list, newest first. */
export const listed = ({ attempts }: Run): number[] => attempts.map(({ attempt }) => attempt).toReversed()

export function attemptLines(run: Run, { chosen }: Place, columns: number, rows: number): Line[] {
  const newest = run.attempts.toReversed()
  const at =
    chosen === null
      ? 0
      : Math.max(
          0,
          newest.findIndex(({ attempt }) => attempt === chosen),
        )
  // The chosen one stands near the top, so that it is seen however few lines there are room for.
  const from = Math.max(0, at - (rows >= 20 ? 2 : 0))
  const leader = leaderOf(run)?.attempt.attempt ?? null
  return newest.slice(from, from + rows).map((one) => {
    const { attempt, status, score, reason, parents, operator, idea } = one
    const parent = attemptOf(run, parents[0])?.score ?? null
    const change = score === null || parent === null ? null : score - parent
    const from = operator === 'baseline' ? 'baseline' : `${operator} ${parents.join('+')}`
    const gains = score !== null && parent !== null && better(run.task.evaluate.direction, score, parent)
    const mark = attempt === chosen ? '›' : attempt === leader && attempt > 0 ? '*' : ' '
    const head: Piece = {
      text: `${mark}${String(attempt).padStart(4)}  ${from.padEnd(15)} `,
      tone: attempt === chosen ? 'chosen' : 'plain',
    }
    if (status !== 'scored')
      return [head, { text: status.padEnd(10), tone: 'bad' as const }, quiet(` ${oneLine(reason ?? '', columns)}`)]
    const moved = change === null ? '' : ` (${changeText(change)})`
    return [
      head,
      strong(figure(score).padEnd(10)),
      { text: moved.padEnd(12), tone: gains ? 'good' : 'quiet' },
      plain(` ${oneLine(idea.title, columns)}`),
    ]
  })
}

export function lastLines({ run, notes }: Scene): Line[] {
  const lesson = run.lessons.at(-1)
  const note = notes.at(-1)
  return [
    ...(note === undefined ? [] : [[strong('note   '), plain(oneLine(note, 400))]]),
    ...(lesson === undefined ? [] : [[quiet('lesson '), plain(oneLine(`${lesson.advice} (${lesson.when})`, 400))]]),
  ]
}

export function footLine({ run, ending }: Scene, columns: number): Line {
  const keys: [string, string][] = [
    ['p', run.steering.paused ? 'go on' : 'pause'],
    ['s', 'stop after these'],
    ['↑↓ enter', 'details'],
    ['o', 'report'],
    ['?', 'help'],
    ['q', 'quit'],
  ]
  if (ending === 'stopping') return [strong('Stopping.')]
  if (ending === 'finishing')
    return [strong('Finishing what runs. '), quiet('q or Ctrl-C stops at once; `anneal resume` goes on later.')]
  // What does not fit goes from the middle: how to pause, to stop and to find help stays.
  for (const drop of [[], ['o'], ['o', '↑↓ enter'], ['o', '↑↓ enter', 's']]) {
    const line = keysLine(keys.filter(([key]) => !drop.includes(key)))
    if (lengthOf(line) <= columns) return line
  }
  return keysLine([
    ['?', 'help'],
    ['q', 'quit'],
  ])
}

/** How the person has steered the run. */
export const steeringLines = ({ run }: Scene): Line[] =>
  steeredLines(run.steering).map((text) => [strong(text.replace(/; `anneal steer.*$/, '; p goes on'))])

import { dirname, join, normalize } from 'node:path'
import type { Proposal } from '../records/proposal.ts'
import { editGuess, extensionOf, isProgram, languageOf } from './languages.ts'
import { directionOf, metricsIn } from './metrics.ts'
import type { Seen } from './seen.ts'

const MEASURES = /^(evaluate|evaluator|eval|score|scoring|judge|bench|benchmark)\.(py|m?js|ts|sh)$/
const MAKES = /^(solve|solution|solver|main|program|candidate|submission|pack|train|run|kernel|app|index)$/

/** Scripts that by their name were made to measure, such as `evaluate.py`. */
export function evaluators(seen: Seen): Proposal[] {
  return seen.files
    .filter((file) => MEASURES.test(file.split('/').at(-1) ?? '') && file.split('/').length <= 2)
    .toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((file) => proposalOf(file, seen))
}

const rank = (file: string) => (/(^|\/)(evaluate|evaluator|eval)\./.test(file) ? 0 : 1) + (file.includes('/') ? 2 : 0)

function proposalOf(file: string, seen: Seen): Proposal {
  const text = seen.texts.get(file) ?? ''
  const metric = metricsIn(text)[0]
  const direction = metric === undefined ? null : directionOf(metric)
  const imported = importsOf(file, text, seen.files).filter(isProgram)
  // What reads the artifacts judges a program that runs by itself.
  const makes = text.includes('ANNEAL_OUT') ? makerOf(file, seen) : null
  const edit = makes !== null ? [makes] : imported.length > 0 ? imported : editGuess(seen.files)
  const holdout = seen.files.find((one) => one === join(dirname(file), `holdout${extensionOf(file)}`))
  const run = (one: string) => languageOf(one)?.command(one) ?? `./${one}`
  return {
    title: `${file}, a script that measures`,
    from: file,
    adapter: null,
    plan: {
      goal: goalFor(metric, direction),
      edit,
      ...(makes === null ? {} : { execute: run(makes) }),
      evaluate: run(file),
      metric: metric ?? 'score',
      direction: direction ?? 'maximize',
      ...(holdout === undefined ? {} : { holdout: run(holdout), hidden: hiddenBy(holdout, [file, makes], seen) }),
    },
    guessed: [
      ...(metric === undefined ? (['metric'] as const) : []),
      ...(direction === null ? (['direction'] as const) : []),
      ...(imported.length > 0 && makes === null ? [] : (['edit'] as const)),
      ...(makes === null ? [] : (['execute'] as const)),
    ],
  }
}

export const goalFor = (metric: string | undefined, direction: string | null): string =>
  metric === undefined
    ? 'Improve the score.'
    : `${direction === 'minimize' ? 'Lower' : 'Raise'} ${metric} as far as it goes.`

/** The program whose artifacts an evaluator reads: not what it imports itself; rather one that writes them, or is named like one. */
function makerOf(evaluator: string, { files, texts }: Seen): string | null {
  const own = importsOf(evaluator, texts.get(evaluator) ?? '', files)
  const beside = files.filter((file) => dirname(file) === dirname(evaluator) && isProgram(file) && !own.includes(file))
  return (
    beside.find((file) => texts.get(file)?.includes('ANNEAL_OUT')) ??
    beside.find((file) => MAKES.test((file.split('/').at(-1) ?? '').replace(/\.\w+$/, ''))) ??
    beside[0] ??
    null
  )
}

/** Files that the hold-out's script names and the others do not: what no candidate should see. */
function hiddenBy(holdout: string, others: readonly (string | null)[], { files, texts }: Seen): string[] {
  const text = texts.get(holdout) ?? ''
  const open = others.map((file) => (file === null ? '' : (texts.get(file) ?? ''))).join('\n')
  const names = (words: string, file: string) =>
    new RegExp(`(^|[^\\w/.-])${file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`).test(words)
  return files.filter(
    (file) => file !== holdout && !others.includes(file) && names(text, file) && !names(open, file) && !texts.has(file),
  )
}

/** The repository's own files that a script imports by name. */
export function importsOf(file: string, text: string, files: readonly string[]): string[] {
  const here = dirname(file)
  const relative = [...text.matchAll(/(?:from|import|require)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g)].map(
    ([, path = '']) => normalize(join(here, path)),
  )
  const modules =
    extensionOf(file) === '.py'
      ? [...text.matchAll(/^\s*(?:from\s+([\w.]+)\s+import|import\s+([\w.]+))/gm)].flatMap(([, from, whole]) => {
          const path = (from ?? whole ?? '').replace(/^\.+/, '').replaceAll('.', '/')
          return [normalize(join(here, `${path}.py`)), `${path}.py`, `${path}/__init__.py`]
        })
      : []
  const wanted = [...relative.flatMap((path) => [path, `${path}.js`, `${path}.mjs`, `${path}.ts`]), ...modules]
  return [...new Set(wanted.filter((path) => files.includes(path)))]
}

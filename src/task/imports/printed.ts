import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AnnealError } from '../../records/error.ts'
import type { Direction } from '../../records/task.ts'
import { adapterFiles, EVALUATE, NO_HOLDOUT } from './adapter.ts'
import type { Imported, Importer, ImportOptions } from './imported.ts'
import { packagesOf } from './python.ts'
import { leftOut, sourceFiles } from './source-files.ts'

const OWN_WORD =
  'trust in the metric: the program can print it as well as the evaluator; the last value counts. See docs/evaluators.md'

/** AIDE and Weco: files to change, and a command that prints `metric: value`. */
export const aide: Importer = async (source, options) => {
  const { source: edit = [], evalCommand, metric, goal } = options
  const lacking = [
    edit.length === 0 && '--source FILE',
    evalCommand === undefined && '--eval-command CMD',
    metric === undefined && '--metric NAME',
    goal === undefined && '--goal maximize|minimize',
  ].filter((flag) => typeof flag === 'string')
  if (evalCommand === undefined || metric === undefined || goal === undefined || edit.length === 0)
    throw new AnnealError({
      what: `A task in this style needs ${lacking.join(', ')}.`,
      why: 'The format has no file: what AIDE and Weco are told stands on their command line.',
      fix: 'anneal import aide DIR --source module.py --eval-command "python evaluate.py" --metric speedup --goal maximize',
    })
  checkSources(source, edit)
  const names = await readdir(source)
  const { files, left } = await sourceFiles(source, ['.runs', 'logs', 'workspaces', '*.ipynb'])
  return printed(source, options, {
    edit,
    command: evalCommand,
    metric,
    direction: goal,
    timeout: options.timeout ?? '1h',
    goal: '',
    context: readable(
      names.filter((name) => name in files),
      edit,
      evalCommand,
    ),
    files,
    notes: [],
    missing: leftOut(left),
  })
}

/** Karpathy's autoresearch: `program.md` says what to do, `train.py` may change, `prepare.py` may not, the metric stands in the log. */
export const autoresearch: Importer = async (source, options) => {
  const names = await readdir(source)
  for (const file of ['program.md', 'train.py'])
    if (!names.includes(file))
      throw new AnnealError({
        what: `${source} holds no ${file}.`,
        why: 'Such a task always has one.',
        fix: 'Name the folder of an autoresearch task: program.md, train.py, prepare.py.',
      })
  const text = await readFile(join(source, 'program.md'), 'utf8')
  const metric = options.metric ?? /grep\s+["']\^(\w+):/.exec(text)?.[1]
  const lower = /\b(lowest|lower|minimi[sz]e|smallest)\b/i.exec(text)?.index ?? Number.POSITIVE_INFINITY
  const higher = /\b(highest|higher|maximi[sz]e|largest)\b/i.exec(text)?.index ?? Number.POSITIVE_INFINITY
  const found: Direction | undefined = lower === higher ? undefined : lower < higher ? 'minimize' : 'maximize'
  const direction = options.goal ?? found
  if (metric === undefined || direction === undefined)
    throw new AnnealError({
      what: `program.md does not say ${metric === undefined ? 'which metric stands in the log' : `whether ${metric} should grow or shrink`}.`,
      why: 'The score of an attempt is read by its name, and needs a direction.',
      fix: metric === undefined ? 'Name it with --metric NAME.' : 'Say it with --goal maximize or --goal minimize.',
    })
  const minutes = /\bexceeds? (\d+) minutes?/i.exec(text)?.[1]
  const edit = options.source ?? ['train.py']
  checkSources(source, edit)
  const prepare = names.includes('prepare.py') ? await readFile(join(source, 'prepare.py'), 'utf8') : ''
  const train = await readFile(join(source, 'train.py'), 'utf8')
  const gpu = /\bcuda\b/.test(train)
  const { files, left } = await sourceFiles(source, ['results.tsv', '*.log', '*.ipynb', '*.png'])
  const command = options.evalCommand ?? 'python3 train.py'
  return printed(source, options, {
    edit,
    command,
    metric,
    direction,
    timeout: options.timeout ?? `${minutes ?? 10}m`,
    goal: 'What may be changed, and what counts besides, is said in program.md. The loop, Git and the keeping of results are not your concern: make one change.',
    context: ['program.md', ...readable(names, edit, 'prepare.py')],
    gpus: gpu ? 1 : 0,
    files,
    notes: [
      `program.md: ${metric} in the log, to ${direction}${minutes ? `; a run is ended after ${minutes} minutes` : ''}`,
      ...(gpu ? ['train.py speaks of CUDA: each attempt holds one GPU (runner.gpus)'] : []),
    ],
    missing: [
      ...(options.evalCommand === undefined && names.includes('uv.lock')
        ? ['the environment of uv: python3 must have the packages of pyproject.toml, or give --eval-command']
        : []),
      ...(/\.cache|expanduser/.test(prepare)
        ? [
            'data under the home folder, which the sandbox hides: keep it in the repository, or in a folder that prepare.py finds there',
          ]
        : []),
      'results.tsv: `anneal log` keeps the results',
      ...leftOut(left),
    ],
  })
}

type Parts = {
  edit: readonly string[]
  command: string
  metric: string
  direction: Direction
  timeout: string
  goal: string
  context: readonly string[]
  gpus?: number
  files: Imported['files']
  notes: readonly string[]
  missing: readonly string[]
}

/** A task whose evaluator is a command that prints its metric. */
async function printed(
  source: string,
  { instructions, steps, templates }: ImportOptions,
  parts: Parts,
): Promise<Imported> {
  const { edit, command, metric, direction, timeout, goal, context, gpus = 0 } = parts
  const texts = await Promise.all(edit.map((file) => readFile(join(source, file), 'utf8')))
  const marked = texts.some((text) => text.includes('EVOLVE-BLOCK-START'))
  const first = `Improve ${edit.join(' and ')} so that ${metric} ${direction === 'maximize' ? 'grows' : 'shrinks'}.`
  return {
    task: {
      goal: [first, goal, instructions?.trim()].filter(Boolean).join('\n\n'),
      edit,
      ...(marked ? { markers: true } : {}),
      ...(context.length > 0 ? { context } : {}),
      evaluate: { command: EVALUATE, metric, direction, signed: true, timeout },
      ...(steps ? { budget: { attempts: steps } } : {}),
      ...(gpus > 0 ? { runner: { gpus } } : {}),
    },
    files: { ...parts.files, ...adapterFiles(templates, 'printed_metric.py', { command, metric }) },
    notes: [
      `${edit.join(', ')} may change${marked ? ', between the EVOLVE-BLOCK markers' : ''}`,
      `\`${command}\` measures, within ${timeout}: the last value of ${metric} that it prints, to ${direction}`,
      ...parts.notes,
    ],
    missing: [OWN_WORD, NO_HOLDOUT, ...(await packagesOf(source, await readdir(source))), ...parts.missing],
  }
}

function checkSources(source: string, edit: readonly string[]): void {
  const absent = edit.filter((file) => !existsSync(join(source, file)))
  if (absent.length > 0)
    throw new AnnealError({
      what: `There is no file ${absent.join(', ')} in ${source}.`,
      why: 'Only files of the task can be changed by attempts.',
      fix: 'Name the files relative to that folder.',
    })
}

/** What a model should read besides the program: the README, and the sources that the command names. */
function readable(names: readonly string[], edit: readonly string[], command: string): string[] {
  const words = command.split(/[\s"'=;|&<>()]+/).map((word) => word.replace(/^\.\//, ''))
  return names.filter((name) => (name === 'README.md' || words.includes(name)) && !edit.includes(name)).toSorted()
}

import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { EXAMPLE_NAMES, exampleFiles } from '../competitions/examples/example.ts'
import { type CompetitionOptions, prepareCompetition } from '../competitions/prepare.ts'
import { SPLITS } from '../competitions/split.ts'
import { type TaskOptions, writeTask } from '../competitions/write-task.ts'
import { AnnealError } from '../records/error.ts'
import { Bytes, Duration } from '../records/units.ts'
import { taskText } from '../task/imports/imports.ts'
import { TASK_FILE } from '../task/load.ts'
import { SHIPPED } from '../wiring/project.ts'
import { newTask } from './import-task.ts'

/** The ways to set rows aside. */
export const SPLIT_KINDS = SPLITS
/** The names of the made-up competitions. */
export const COMPETITION_NAMES = EXAMPLE_NAMES

export type ImportedCompetition = {
  format: 'mle-bench'
  source: string
  folder: string
  commit: string
  competition: string
  metric: string
  direction: string
  rows: { train: number; validation: number; holdout: number; dropped: number }
  submission: string
  files: number
  notes: string[]
}

export type CompetitionWishes = CompetitionOptions &
  Omit<TaskOptions, 'templates' | 'timeout' | 'submission' | 'packages'> & {
    timeout: string
    submission?: string | undefined
  }

/** Makes a task of a prepared competition: a repository at `to`, committed and ready to run. Reads the public part of the source alone. */
export async function importCompetition(
  source: string,
  to: string | undefined,
  wishes: CompetitionWishes,
): Promise<ImportedCompetition> {
  const from = resolve(source)
  if (!existsSync(from) || !statSync(from).isDirectory())
    throw new AnnealError({
      what: `There is no folder ${from}.`,
      why: 'The public files of the competition are read from a folder.',
      fix: 'Name the folder of a prepared competition.',
    })
  const timeout = wanted('--timeout', Duration, wishes.timeout)
  if (wishes.memory !== undefined) wanted('--memory', Bytes, wishes.memory)
  if (wishes.server !== undefined && !/^https?:\/\/[\w.:/-]+$/.test(wishes.server))
    throw new AnnealError({
      what: `--server ${wishes.server} is no address.`,
      why: 'It has to begin with http:// or https://, and name a host.',
      fix: 'Give one such as http://localhost:5000/validate.',
    })
  const prepared = await prepareCompetition(from, wishes)
  const { layout, format, metric, parts } = prepared
  const submission = wishes.submission === undefined ? 'submission.csv' : resolve(wishes.submission)
  const packages = await installed()
  const notes = [
    ...prepared.notes,
    packages === null
      ? 'BEWARE: there is no python3 on the PATH, and the program is one of Python'
      : `python3 has ${packages.join(', ') || 'its standard library alone'}: attempts are told so`,
  ]
  let files = 0
  const written = await newTask(from, to ?? `${layout.name}-anneal`, 'Import a competition', async (folder) => {
    const made = await writeTask(prepared, folder, {
      ...{ ...wishes, templates: SHIPPED.competition, timeout, submission, packages: packages ?? [] },
    })
    await writeFile(join(folder, TASK_FILE), taskText(made.task))
    files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length
    notes.push(...made.notes, `the submission of the best attempt so far: ${submission}`)
  })
  const count = (part: (typeof parts)[number]) => parts.filter((one) => one === part).length
  return {
    ...{ format: 'mle-bench', source: from, ...written, competition: layout.name },
    ...{ metric: format.metric, direction: metric.direction, submission, files },
    rows: {
      ...{ train: count('train'), validation: count('validation') },
      ...{ holdout: count('holdout'), dropped: count('dropped') },
    },
    notes,
  }
}

/** Packages that programs for competitions are glad of. */
const PACKAGES =
  'numpy scipy pandas polars pyarrow sklearn statsmodels lightgbm xgboost catboost torch torchvision timm transformers tensorflow keras optuna nltk gensim cv2 PIL skimage librosa'

/** Those of them that python3 finds, none of them loaded; null where there is no python3. */
async function installed(): Promise<string[] | null> {
  const program = `import importlib.util as u\nprint(*[n for n in "${PACKAGES}".split() if u.find_spec(n)])`
  const said = await promisify(execFile)('python3', ['-c', program], { timeout: 30_000 }).catch(
    (fault: NodeJS.ErrnoException) => (fault.code === 'ENOENT' ? null : { stdout: '' }),
  )
  return said === null ? null : said.stdout.trim().split(/\s+/).filter(Boolean)
}

function wanted(
  flag: string,
  unit: { safeParse(text: string): { success: boolean; data?: number } },
  text: string,
): number {
  const { success, data } = unit.safeParse(text)
  if (success && data !== undefined) return data
  throw new AnnealError({
    what: `${flag} ${text} cannot be read.`,
    why: 'It has to be a number with a unit.',
    fix: 'Write it like 30s, 10m or 2h; sizes like 16GB.',
  })
}

/** Writes a made-up competition into the new or empty `folder`, in the shape of MLE-bench. */
export async function initCompetition(
  name: string,
  folder: string,
  seed: number,
): Promise<{ folder: string; competition: string; seed: number; files: string[] }> {
  if (!EXAMPLE_NAMES.includes(name))
    throw new AnnealError({
      what: `There is no competition ${name}.`,
      why: 'Anneal makes up only the ones that it knows.',
      fix: `Name one of ${EXAMPLE_NAMES.join(', ')}.`,
    })
  const target = resolve(folder)
  if (existsSync(target) && (await readdir(target).catch(() => ['a file'])).length > 0)
    throw new AnnealError({
      what: `${target} is not empty.`,
      why: 'Files that stand there are never written over.',
      fix: 'Name a new folder.',
    })
  const files = exampleFiles(name, seed)
  const aside = `${target}.${process.pid}.tmp`
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(aside, path)), { recursive: true })
      await writeFile(join(aside, path), text)
    }
    await rename(aside, target)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  return { folder: target, competition: name, seed, files: Object.keys(files) }
}

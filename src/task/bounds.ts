import picomatch from 'picomatch'
import { AnnealError } from '../records/error.ts'
import type { Task } from '../records/task.ts'

/** What a path of the repository is to a candidate. Paths are relative to the root, with forward slashes. */
export type Bounds = {
  /** A candidate may change it. */
  editable(path: string): boolean
  /** It decides the score: taken from the base commit, whatever a candidate did. */
  sealed(path: string): boolean
  /** Candidates and models never see it: answers, and what only the hold-out uses. */
  hidden(path: string): boolean
  /** The paths of the base commit that are hidden. */
  hiddenFiles: readonly string[]
  /** Models are shown it beside what they may edit. */
  context(path: string): boolean
  /** Only the hold-out sees it. */
  holdout(path: string): boolean
  /** The candidate does not see it when its product is delivered either. */
  undelivered(path: string): boolean
}

/** Whether a path is matched by one of the globs, as every key of the task reads them. */
export const matcher = (globs: readonly string[]) =>
  globs.length === 0 ? () => false : picomatch([...globs], { dot: true })

/** Draws the bounds of a task over the files of its base commit. */
export function boundsOf(task: Task, files: readonly string[]): Bounds {
  const edit = matcher(task.edit)
  const sealedGlobs = task.evaluate.sealed ? matcher(task.evaluate.sealed) : null
  const answers = matcher(task.evaluate.hidden)
  const holdoutGlobs = matcher(task.holdout?.hidden ?? [])
  const elsewhere = usedInTheOpen(task)
  const named = new Set(
    words(task.holdout?.command).flatMap((word) =>
      elsewhere.has(word)
        ? []
        : files.filter((file) => file === word || file.startsWith(`${word.replace(/\/$/, '')}/`)),
    ),
  )
  const holdout = (path: string) => holdoutGlobs(path) || named.has(path)
  const context = matcher(task.context)
  const hidden = (path: string) => answers(path) || holdout(path)
  const shown = matcher(task.deliver?.shows ?? [])
  return {
    holdout,
    hidden,
    undelivered: (path) => hidden(path) && !shown(path),
    hiddenFiles: files.filter(hidden),
    context: (path) => context(path) && !edit(path) && !hidden(path),
    sealed: (path) => (sealedGlobs ? sealedGlobs(path) : !edit(path)) || answers(path) || holdout(path),
    editable: (path) => edit(path) && !(sealedGlobs?.(path) ?? false) && !answers(path) && !holdout(path),
  }
}

/** What the other commands name: they are run with candidates about, so it cannot be kept from them. */
const usedInTheOpen = (task: Task) =>
  new Set(
    [task.evaluate, task.execute, task.evaluate.smoke, task.evaluate.fast].flatMap((step) => words(step?.command)),
  )

/** The words of a command, and the paths that they stand for behind `cd FOLDER` and `python -m MODULE`. */
function words(command: string | undefined): string[] {
  const plain = (command ?? '')
    .split(/[\s"'=;|&<>()]+/)
    .map((word) => word.replace(/^\.\//, ''))
    .filter(Boolean)
  const folders = plain.filter((_, index) => plain[index - 1] === 'cd').map((folder) => folder.replace(/\/+$/, ''))
  const modules = plain
    .filter((_, index) => plain[index - 1] === '-m')
    .map((name) => name.replaceAll('.', '/'))
    .flatMap((path) => [`${path}.py`, `${path}/__main__.py`])
  const here = [...plain, ...modules]
  return [...here, ...folders.flatMap((folder) => here.map((word) => `${folder}/${word}`))]
}

/** Files that say what a program of this name runs. */
const RECIPES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(['npm', 'npx', 'yarn', 'pnpm', 'bun'].map((name) => [name, ['package.json']])),
  make: ['GNUmakefile', 'makefile', 'Makefile'],
  just: ['justfile', 'Justfile'],
  cargo: ['Cargo.toml', 'build.rs'],
  pytest: ['conftest.py', 'pytest.ini', 'pyproject.toml', 'setup.cfg'],
  tox: ['tox.ini'],
}
const recipesOf = (command: string | undefined) => words(command).flatMap((word) => RECIPES[word] ?? [])

/** The commands that decide on a candidate, by their keys. */
const trusted = ({ evaluate, holdout }: Task): [string, string | undefined][] => [
  ['evaluate.command', evaluate.command],
  ['evaluate.smoke.command', evaluate.smoke?.command],
  ['evaluate.fast.command', evaluate.fast?.command],
  ['holdout.command', holdout?.command],
]

/** Holds a task against the files of its base commit. Throws on globs that match nothing and on an evaluator that a candidate could change. */
export function checkBounds(task: Task, files: readonly string[]): Bounds {
  const bounds = boundsOf(task, files)
  const barren = (key: string, globs: readonly string[]) =>
    globs
      .filter((glob) => !files.some((file) => matcher([glob])(file)))
      .map((glob) => `${key}: ${JSON.stringify(glob)} matches no file of the commit at HEAD`)
  const problems = [
    ...barren('edit', task.edit),
    ...barren('evaluate.sealed', task.evaluate.sealed ?? []),
    ...barren('evaluate.hidden', task.evaluate.hidden),
    ...barren('holdout.hidden', task.holdout?.hidden ?? []),
    ...barren('context', task.context),
    ...barren('deliver.shows', task.deliver?.shows ?? []),
    ...(task.deliver && files.includes(task.deliver.to.replace(/^\.\//, ''))
      ? [`deliver.to is ${task.deliver.to}, which is committed: a run overwrites no file of yours`]
      : []),
    ...trusted(task).flatMap(([key, command]) =>
      [...(task.execute ? words(command) : []), ...recipesOf(command)]
        .filter((word) => files.includes(word) && bounds.editable(word))
        .map((word) => `${key} runs ${word}, which candidates may change`),
    ),
    ...[...usedInTheOpen(task)]
      .filter((word) => files.includes(word) && matcher(task.holdout?.hidden ?? [])(word))
      .map((word) => `holdout.hidden matches ${word}, which another command runs: the hold-out would be within reach`),
    ...files
      .filter((file) => matcher(task.edit)(file) && !bounds.editable(file) && bounds.holdout(file))
      .map((file) => `edit matches ${file}, which belongs to the hold-out`),
    ...trusted(task).flatMap(([key, command]) =>
      words(command)
        .filter(
          (word) =>
            files.includes(word) && matcher(task.edit)(word) && task.execute === undefined && !bounds.sealed(word),
        )
        .map(
          (word) =>
            `${key} names ${word}, which candidates may change: an evaluator that is itself editable measures nothing`,
        ),
    ),
  ]
  if (problems.length > 0)
    throw new AnnealError({
      what: 'The task does not fit the repository:',
      why: problems.map((problem) => `  ${problem}`).join('\n'),
      fix: 'Commit the files that are missing, or mend the globs. Run the candidate in `execute`, and keep what measures it out of `edit` (or list it under `evaluate.sealed`).',
    })
  return bounds
}

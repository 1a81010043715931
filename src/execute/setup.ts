import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Engine } from '../git/engine.ts'
import { AnnealError } from '../records/error.ts'
import { excerpt } from '../records/excerpt.ts'
import { endingText } from '../records/execution.ts'
import type { Runner } from '../runners/job.ts'

const LOCK_FILES =
  /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|requirements.*\.txt|poetry\.lock|uv\.lock|Pipfile\.lock|environment\.ya?ml|Cargo\.lock|go\.sum|Gemfile\.lock|conanfile\.(txt|py)|vcpkg\.json)$/

export type SetUpParts = {
  command: string | undefined
  base: string
  engine: Engine
  runner: Runner
  cache: string
  memory: number
  environment: Readonly<Record<string, string>>
}

/**
 * Runs the task's `setup` in an export of the base commit, once for each distinct set of lock files, and gives the folder with what it made at the top level
 * (such as `node_modules`), which is then linked into every export. Null without a `setup`. Throws when it fails.
 */
export async function setUp(
  { command, base, engine, runner, cache, memory, environment }: SetUpParts,
  signal: AbortSignal,
): Promise<string | null> {
  if (command === undefined) return null
  const entries = await engine.list(base)
  const locks = entries.filter(({ path }) => LOCK_FILES.test(basename(path)))
  const deciding = locks.length > 0 ? locks : entries
  const digest = createHash('sha256')
    .update(JSON.stringify([command, deciding.map(({ path, object }) => [path, object])]))
    .digest('hex')
    .slice(0, 16)
  const made = join(cache, digest)
  if (existsSync(made)) return made
  const aside = `${made}.${process.pid}.tmp`
  const tree = join(aside, 'tree')
  await rm(aside, { recursive: true, force: true })
  await mkdir(join(aside, 'made'), { recursive: true })
  await engine.export(base, tree)
  const before = new Set(await readdir(tree))
  const ran = await runner.run(
    {
      command,
      folder: tree,
      readable: [],
      writable: [tree],
      environment,
      timeout: 3600,
      memory,
      network: true,
      sandboxed: false,
      name: `setup.${digest}`,
      log: `${made}.log`,
    },
    signal,
  )
  if (ran.ending !== 'ok') {
    await rm(aside, { recursive: true, force: true })
    throw new AnnealError({
      what: `setup: \`${command}\` ${endingText(ran)}.`,
      why: excerpt(ran.output, 2000),
      fix: `Run it by hand at HEAD; the whole log is in ${made}.log`,
    })
  }
  for (const name of await readdir(tree))
    if (!before.has(name)) await rename(join(tree, name), join(aside, 'made', name))
  await rename(join(aside, 'made'), made).catch((fault: NodeJS.ErrnoException) => {
    if (!existsSync(made)) throw fault
  })
  await rm(aside, { recursive: true, force: true })
  return made
}

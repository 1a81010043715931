import { copyFile, lstat, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import { excerpt } from '../records/excerpt.ts'
import { type Execution, endingText } from '../records/execution.ts'
import type { Champion, Delivery } from '../records/run.ts'
import type { ExecuteParts } from './execute.ts'

export type DeliverParts = ExecuteParts & { base: string; root: string; clock(): number }

/**
 * Runs an attempt's program as `deliver` says, has a trusted command check what it left, and puts the file in its place in one step: whoever reads there meets the
 * old one or the new one, whole. What the program or the check did wrong is the delivery's `reason`, and nothing is replaced. Throws where the place cannot be written.
 */
export async function deliver(
  parts: DeliverParts,
  { attempt, commit }: Champion,
  seed: number,
  signal: AbortSignal,
): Promise<Delivery> {
  const begun = parts.clock()
  const reason = await replace(parts, attempt, commit, seed, signal)
  return { attempt, reason, seconds: parts.clock() - begun }
}

async function replace(
  parts: DeliverParts,
  attempt: number,
  commit: string,
  seed: number,
  signal: AbortSignal,
): Promise<string | null> {
  const { task, engine, runner, bounds, workplace, base, root } = parts
  if (!task.deliver) throw new Error('nothing is to be delivered')
  const { command, timeout, check, file, to } = task.deliver
  const place = workplace.of({ attempt, stage: 'deliver' })
  const shared = {
    environment: { ANNEAL_SEED: String(seed), ANNEAL_OUT: place.artifacts, ANNEAL_STAGE: 'deliver' },
    timeout,
    memory: task.runner.memory,
    network: task.runner.network,
  }
  await workplace.empty(place.candidate)
  await engine.export(commit, place.candidate, bounds.undelivered)
  await workplace.furnish(place.candidate)
  await workplace.empty(place.artifacts)
  const made = await runner.run(
    {
      ...shared,
      command,
      folder: place.candidate,
      readable: workplace.readable,
      writable: [place.artifacts],
      sandboxed: true,
      gpus: task.runner.gpus,
      name: [attempt, 'deliver', commit.slice(0, 12)].join('.'),
      log: join(place.logs, 'deliver.log'),
    },
    signal,
  )
  signal.throwIfAborted()
  if (made.ending !== 'ok') return `the program ${endingText(made)}${lastWords(made)}`
  const product = join(place.artifacts, file)
  if (!(await isPlain(place.artifacts, file))) return `it left no plain file ${file} in $ANNEAL_OUT`
  if (check !== undefined) {
    await workplace.empty(place.evaluator)
    await engine.export(base, place.evaluator, bounds.holdout)
    await workplace.furnish(place.evaluator)
    const checked = await runner.run(
      {
        ...shared,
        command: check,
        folder: place.evaluator,
        readable: workplace.readable,
        writable: [],
        sandboxed: false,
        log: join(place.logs, 'deliver-check.log'),
      },
      signal,
    )
    signal.throwIfAborted()
    if (checked.ending !== 'ok') return `the check ${endingText(checked)}${lastWords(checked)}`
  }
  await put(product, resolve(root, to))
  return null
}

/** Whether `file` is a plain file of `folder`, with no link on the way. */
async function isPlain(folder: string, file: string): Promise<boolean> {
  const names = file.split('/')
  for (let depth = 1; depth <= names.length; depth++) {
    const facts = await lstat(join(folder, ...names.slice(0, depth))).catch(() => null)
    if (depth < names.length ? !facts?.isDirectory() : !facts?.isFile()) return false
  }
  return true
}

async function put(product: string, target: string): Promise<void> {
  const aside = `${target}.${process.pid}.tmp`
  try {
    await mkdir(dirname(target), { recursive: true })
    await copyFile(product, aside)
    await rename(aside, target)
  } catch (cause) {
    await rm(aside, { force: true })
    throw new AnnealError({
      what: `deliver.to: ${target} cannot be written.`,
      why: messageOf(cause),
      fix: 'Name a place that you may write to, with enough space, then `anneal resume`.',
      exit: EXIT.disk,
      cause,
    })
  }
}

function lastWords({ output }: Execution): string {
  const text = output.trim()
  return text === '' ? '' : `:\n${excerpt(text, 1500)}`
}

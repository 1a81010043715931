import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { firstCommit } from '../git/commit-files.ts'
import { AnnealError } from '../records/error.ts'
import { SHIPPED } from '../wiring/project.ts'

/** The names of the shipped starters. */
export const listStarters = (): string[] =>
  existsSync(SHIPPED.starters) ? readdirSync(SHIPPED.starters).toSorted() : []

/** Copies a starter into the new or empty `folder` and commits it in a git repository of its own. */
export async function initStarter(
  starter: string,
  folder: string,
): Promise<{ folder: string; starter: string; commit: string }> {
  const target = resolve(folder)
  if (existsSync(target) && (await readdir(target)).length > 0)
    throw new AnnealError({
      what: `${target} is not empty.`,
      why: 'Files that stand there are never written over.',
      fix: 'Name a new folder.',
    })
  copyStarter(starter, target)
  return { folder: target, starter, commit: await firstCommit(target, `Start from the starter ${starter}`) }
}

/** Copies a starter's files; one with a `contest.json` gets the programs that run contests, which several share. */
export function copyStarter(starter: string, target: string): void {
  const from = join(SHIPPED.starters, starter)
  mkdirSync(target, { recursive: true })
  cpSync(from, target, { recursive: true })
  if (existsSync(join(from, 'contest.json'))) cpSync(SHIPPED.contest, join(target, 'contest'), { recursive: true })
}

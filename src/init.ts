import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdir, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { firstCommit } from './git/commit-files.ts'
import { SHIPPED } from './project.ts'
import { AnnealError } from './records/error.ts'

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
    throw new AnnealError({ what: `${target} is not empty.`, fix: 'Name a new folder.' })
  await mkdir(target, { recursive: true })
  await cp(join(SHIPPED.starters, starter), target, { recursive: true })
  return { folder: target, starter, commit: await firstCommit(target, `Start from the starter ${starter}`) }
}

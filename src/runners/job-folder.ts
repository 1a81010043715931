import { constants, existsSync } from 'node:fs'
import { appendFile, cp, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Execution } from '../records/execution.ts'
import type { Toolchains } from './toolchains.ts'

/**
 * How a job travels to another machine and back: a folder that both see.
 *
 *     KEY/request.json   what to run; written before the job is handed in
 *     KEY/sent           the engine's id for it
 *     KEY/claim          made by the first process that starts it: a job that was handed in twice still runs once
 *     KEY/log            what it printed
 *     KEY/engine.log     what the engine itself said
 *     KEY/result.json    how it ended, once the steering process has taken it from done/
 *     done/KEY.json      how it ended, made at a stroke by the node
 *     nodes/HOST.json    what was found out about a node
 */
export type JobFolder = { top: string; of(key: string): JobPaths; done: string; nodes: string }
export type JobPaths = {
  folder: string
  request: string
  sent: string
  claim: string
  log: string
  engineLog: string
  result: string
  done: string
}

export function jobFolder(top: string): JobFolder {
  const done = join(top, 'done')
  return {
    top,
    done,
    nodes: join(top, 'nodes'),
    of(key) {
      const folder = join(top, key)
      const file = (name: string) => join(folder, name)
      return {
        folder,
        request: file('request.json'),
        sent: file('sent'),
        claim: file('claim'),
        log: file('log'),
        engineLog: file('engine.log'),
        result: file('result.json'),
        done: join(done, `${key}.json`),
      }
    },
  }
}

const JobRecord = z.object({
  command: z.string(),
  folder: z.string(),
  readable: z.array(z.string()),
  writable: z.array(z.string()),
  hidden: z.array(z.string()).exactOptional(),
  environment: z.record(z.string(), z.string()),
  timeout: z.number(),
  memory: z.number(),
  processes: z.number().exactOptional(),
  fileSize: z.number().exactOptional(),
  diskSize: z.number().exactOptional(),
  diskEntries: z.number().exactOptional(),
  logLimit: z.number().exactOptional(),
  printLimit: z.number().exactOptional(),
  network: z.boolean(),
  sandboxed: z.boolean(),
  log: z.string(),
  resultPipe: z.boolean().exactOptional(),
  gpus: z.number().exactOptional(),
  name: z.string().exactOptional(),
  input: z.string().exactOptional(),
})

/** What a node is asked to run. `digest` tells whether a later process wants the same; `entries` is what each writable folder held before. */
export const Request = z.object({
  key: z.string(),
  digest: z.string(),
  job: JobRecord,
  entries: z.array(z.array(z.string())),
  /** The person turned the sandbox off. */
  unsafe: z.boolean(),
})
export type Request = z.infer<typeof Request>

export const RanRecord = Execution.extend({ stdoutTail: z.string(), channel: z.string().nullable() })

/** What came of it: how the command ended, or why it was not let run, in the words of an `AnnealError`. */
export const Result = z.union([
  z.object({ ran: RanRecord }),
  z.object({ error: z.object({ what: z.string(), why: z.string(), fix: z.string(), exit: z.number() }) }),
])
export type Result = z.infer<typeof Result>

const ToolchainsRecord: z.ZodType<Toolchains> = z.object({ mounts: z.array(z.string()), path: z.array(z.string()) })

/** What the first job on a node found out for those after it. `boot` names the node's boot. */
export const NodeFacts = z.object({
  boot: z.string(),
  uid: z.number(),
  tier: Execution.shape.tier,
  why: z.string(),
  toolchains: ToolchainsRecord,
})
export type NodeFacts = z.infer<typeof NodeFacts>

/** Writes a file whole or not at all, for its owner's eyes, and on the disk when this returns. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const aside = `${path}.${process.pid}.tmp`
  const file = await open(aside, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(aside, path)
}

/** The value in a JSON file; null where there is none, or none that fits. */
export async function readRecord<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** The entries of each folder. */
export function entriesOf(folders: readonly string[]): Promise<string[][]> {
  return Promise.all(folders.map((folder) => readdir(folder).catch(() => [])))
}

/** Takes away what a first try left in the writable folders, so that the next one starts as it did. */
export async function tidy(folders: readonly string[], entries: readonly string[][]): Promise<void> {
  for (const [index, folder] of folders.entries()) {
    const before = new Set(entries[index])
    for (const name of await readdir(folder).catch(() => []))
      if (!before.has(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** Copies what an earlier process's job made to where it is wanted now. Copied, not moved: a job that still runs may be reading it. */
export async function bring(from: string, to: string): Promise<void> {
  if (from === to) return
  await rm(to, { recursive: true, force: true })
  await cp(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
}

/** Puts the log of a job where the caller wants it, with a last word where there is one. */
export async function deliverLog(from: string, to: string, lastWord = ''): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  if (existsSync(from)) await cp(from, to)
  else await rm(to, { force: true })
  if (lastWord !== '' || !existsSync(to)) await appendFile(to, lastWord)
}

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Prompts } from '../models/prompts.ts'
import type { Opening } from '../records/attempt.ts'
import type { Brief } from '../records/brief.ts'
import type { Run } from '../records/run.ts'
import type { Job, Runner } from '../runners/job.ts'

/** What an editor needs that is a program of the user's: trusted, so it runs plainly, as the user. */
export type ProgramParts = {
  runner: Runner
  prompts: Prompts
  brief(opening: Opening, run: Run): Promise<Brief>
  /** Where the logs of an attempt are kept. */
  logsOf(attempt: number): string
  /** Seconds that it may take. */
  timeout(): number
  memory: number
  /** The user's own environment: the program may need its keys. */
  environment: Readonly<Record<string, string>>
}

/** The parts of a brief that the prompt of every program holds. */
export function briefWords(brief: Brief): Record<string, string> {
  const { goal, measure, operator, instruction, editable, knowledge, lessons, claims, history, hints, feedback } = brief
  return { goal, measure, operator, instruction, editable, knowledge, lessons, claims, history, hints, feedback }
}

/** Renders a prompt into the attempt's logs and gives its path. */
export async function promptFile(
  { prompts, logsOf }: ProgramParts,
  attempt: number,
  name: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const path = join(logsOf(attempt), 'prompt.md')
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, prompts(name, values))
  return path
}

/** Variables that would show Git another repository than the one in its folder. */
const GIT_PLACES = /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES)$/

/** The job of a program that edits `folder`. Git that is run there finds no repository above it: the user's own stands there. */
export function programJob(
  { logsOf, environment, timeout, memory }: ProgramParts,
  { opening, folder, prompt, command }: { opening: Opening; folder: string; prompt: string; command: string },
): Job {
  const ceilings = [dirname(folder), environment.GIT_CEILING_DIRECTORIES].filter(Boolean)
  return {
    command,
    folder,
    readable: [],
    writable: [folder],
    environment: {
      ...Object.fromEntries(Object.entries(environment).filter(([name]) => !GIT_PLACES.test(name))),
      GIT_CEILING_DIRECTORIES: ceilings.join(':'),
      ANNEAL_PROMPT: prompt,
      ANNEAL_SEED: String(opening.seed),
      ANNEAL_ATTEMPT: String(opening.attempt),
      ANNEAL_OPERATOR: opening.operator,
    },
    timeout: timeout(),
    memory,
    network: true,
    sandboxed: false,
    log: join(logsOf(opening.attempt), 'editor.log'),
  }
}

/** A word for the shell. */
export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

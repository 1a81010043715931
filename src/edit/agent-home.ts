import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Agent, AgentLaunch } from './agents/agent.ts'
import { hear, type Told } from './agents/told.ts'

/** Where an agent lives for one attempt: its HOME and its TMPDIR. */
export type AgentHome = { home: string; temporary: string }

/** Makes the folders under `place`, which only the user may enter. */
export async function makeHome(place: string): Promise<AgentHome> {
  const made = { home: join(place, 'home'), temporary: join(place, 'tmp') }
  for (const folder of Object.values(made)) await mkdir(folder, { recursive: true, mode: 0o700 })
  return made
}

/** Writes the files that the agent starts with and copies the user's login beside them. */
export async function furnishHome(
  { home }: AgentHome,
  agent: Agent,
  launch: AgentLaunch,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, text] of Object.entries(launch.files)) {
    await mkdir(dirname(join(home, path)), { recursive: true })
    await writeFile(join(home, path), text, { mode: 0o600 })
  }
  for (const { from, to } of agent.logins(environment)) {
    await mkdir(dirname(join(home, to)), { recursive: true })
    await copyFile(from, join(home, to)).catch((fault: NodeJS.ErrnoException) => {
      if (fault.code !== 'ENOENT' && fault.code !== 'ENOTDIR') throw fault
    })
  }
}

/** Where clouds keep a login below the home: told by variables, since the agent's home is another. */
const CLOUDS = {
  AWS_SHARED_CREDENTIALS_FILE: '.aws/credentials',
  AWS_CONFIG_FILE: '.aws/config',
  GOOGLE_APPLICATION_CREDENTIALS: '.config/gcloud/application_default_credentials.json',
}

/** The variables that lead to the user's cloud logins, for models that are reached through a cloud; those that exist. */
export function cloudLogins({ HOME }: Readonly<Record<string, string>>): Record<string, string> {
  const paths = Object.entries(CLOUDS).map(([name, path]) => [name, join(HOME ?? '/', path)] as const)
  return Object.fromEntries(paths.filter(([, path]) => existsSync(path)))
}

/** What was told, with what stands in the accounts that the agent keeps in its home: for one that was ended before it could tell what it used. */
export async function readAccounts({ home }: AgentHome, { accounts }: Agent, told: Told): Promise<Told> {
  if (!accounts) return told
  const folder = join(home, accounts.folder)
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  let known = told
  for (const name of names.filter((one) => one.endsWith('.jsonl'))) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    for (const word of text.split('\n').flatMap(accounts.read)) known = hear(known, word)
  }
  return known
}

/** Moves what the agent would obey out of `folder`. Gives what puts it back, in the place of whatever the agent made of that name. */
export async function putAside(folder: string, { obeys }: Agent, place: string): Promise<() => Promise<void>> {
  const aside = join(place, 'aside')
  await mkdir(aside)
  const missing = (fault: NodeJS.ErrnoException) => {
    if (fault.code !== 'ENOENT') throw fault
  }
  for (const name of obeys) await rename(join(folder, name), join(aside, name)).catch(missing)
  return async () => {
    for (const name of obeys) {
      await rm(join(folder, name), { recursive: true, force: true })
      await rename(join(aside, name), join(folder, name)).catch(missing)
    }
  }
}

/** What runtimes leave in any home and temp folder. */
const LITTER =
  /^(\.cache|\.config|\.local|\.npm|\.node|\.bun|\.gitconfig|node-compile-cache|v8-compile-cache.*|\.node_repl_history)$/

/** Top-level names in the home and the temp folder that are not the agent's own affairs, at most twenty. */
export async function leftBehind(made: AgentHome, { own }: Agent): Promise<string[]> {
  const names = await Promise.all(
    Object.entries({ home: made.home, tmp: made.temporary }).map(async ([label, folder]) => {
      const entries = await readdir(folder).catch(() => [])
      return entries.filter((entry) => !own.test(entry) && !LITTER.test(entry)).map((entry) => join(label, entry))
    }),
  )
  return names.flat().slice(0, 20)
}

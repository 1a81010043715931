import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AnnealError, EXIT } from '../records/error.ts'
import { fields, gitEnvironment, plumbing } from './plumbing.ts'
import { porcelain } from './porcelain.ts'
import { objectReader } from './read-objects.ts'

/** The files of a repository's newest commit, read from its objects: nothing is checked out. */
export type Snapshot = {
  commit: string
  files: { path: string; mode: string; object: string; size: number | null }[]
  read(object: string): Promise<Uint8Array>
  close(): Promise<void>
}

/** Seconds that a clone may take, and that it may stand still. */
const SECONDS = 600
const STILL = 60

/**
 * Opens the newest commit of a repository: of a local folder where it is, of an address through a shallow clone under `temporary`, which `close` removes.
 * Gives null where a local folder is the root of no repository. Throws an AnnealError where an address cannot be cloned.
 */
export async function openSnapshot(from: string, temporary: string, signal: AbortSignal): Promise<Snapshot | null> {
  if (!existsSync(from)) return cloned(from, temporary, signal)
  const place = realpathSync(resolve(from))
  if (existsSync(join(place, '.git'))) {
    const git = porcelain(place)
    const ask = (...words: string[]) =>
      git
        .raw(words)
        .then((text) => text.trim())
        .catch(() => null)
    const common = await ask('rev-parse', '--git-common-dir')
    const head = await ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}')
    return common && head ? snapshotOf(resolve(place, common), head, async () => undefined) : null
  }
  const bare = existsSync(join(place, 'HEAD')) && existsSync(join(place, 'objects')) && existsSync(join(place, 'refs'))
  return bare ? cloned(pathToFileURL(place).href, temporary, signal) : null
}

async function cloned(address: string, temporary: string, signal: AbortSignal): Promise<Snapshot> {
  const folder = await mkdtemp(join(temporary, 'anneal-source-'))
  const close = () => rm(folder, { recursive: true, force: true })
  try {
    const target = join(folder, 'source.git')
    await clone(address, target, signal)
    const head = (await plumbing(target)(['rev-parse', '--verify', 'HEAD^{commit}'])).toString().trim()
    return await snapshotOf(target, head, close)
  } catch (fault) {
    await close()
    throw fault
  }
}

async function snapshotOf(gitDirectory: string, commit: string, close: () => Promise<void>): Promise<Snapshot> {
  const listed = await plumbing(gitDirectory)(['ls-tree', '-r', '-l', '-z', '--full-tree', commit])
  const object = objectReader(gitDirectory)
  return {
    commit,
    files: fields(listed).map((entry) => {
      const [head = '', path = ''] = [entry.slice(0, entry.indexOf('\t')), entry.slice(entry.indexOf('\t') + 1)]
      const [mode = '', , id = '', size = '-'] = head.split(/ +/)
      return { path, mode, object: id, size: /^\d+$/.test(size) ? Number(size) : null }
    }),
    async read(id) {
      const found = await object(id)
      if (!found) throw new Error(`the object ${id} is not there`)
      return found.body
    },
    close,
  }
}

/** The transports that a person may name; each is looked up by Git itself, never a helper that an address names. */
const TRANSPORTS = ['https', 'http', 'ssh', 'git', 'file']
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'credential.helper=',
  'core.askPass=true',
  'fetch.fsckObjects=true',
  'gc.auto=0',
  'http.lowSpeedLimit=1000',
  `http.lowSpeedTime=${STILL}`,
  'protocol.allow=never',
  ...TRANSPORTS.map((name) => `protocol.${name}.allow=always`),
]
const WORDS = [
  'clone',
  '--quiet',
  '--bare',
  '--depth=1',
  '--single-branch',
  '--no-tags',
  '--no-recurse-submodules',
  '--template=',
]
/** What of the person's environment a transport needs. */
const PASSED = [
  'HOME',
  'SSH_AUTH_SOCK',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'ALL_PROXY',
]

function clone(address: string, target: string, signal: AbortSignal): Promise<void> {
  const passed = Object.fromEntries(
    PASSED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])),
  )
  const env = gitEnvironment({
    ...passed,
    GIT_ASKPASS: 'true',
    SSH_ASKPASS: 'true',
    GIT_SSH_COMMAND: `ssh -oBatchMode=yes -oConnectTimeout=${STILL}`,
  })
  const url = address.replace(/^git\+ssh:/i, 'ssh:')
  const words = [...SETTINGS.flatMap((setting) => ['-c', setting]), ...WORDS, '--', url, target]
  const limit = AbortSignal.any([signal, AbortSignal.timeout(SECONDS * 1000)])
  return new Promise((resolve, reject) => {
    const child = spawn('git', words, { env, stdio: ['ignore', 'ignore', 'pipe'], signal: limit })
    let said = ''
    child.stderr.on('data', (bytes) => {
      said = `${said}${bytes}`.slice(-2000)
    })
    child.on('error', (fault) => {
      said ||= fault.message
    })
    child.on('close', (code) => {
      if (code === 0) return resolve()
      if (signal.aborted) return reject(signal.reason)
      const shown = (text: string) => text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/gi, '$1')
      reject(
        new AnnealError({
          what: `${shown(address)} could not be cloned.`,
          why: limit.aborted ? `It took longer than ${SECONDS} s.` : shown(said.trim()),
          fix: 'Check the address. A repository that wants a password: clone it yourself, then learn the folder.',
          exit: EXIT.unavailable,
        }),
      )
    })
  })
}

import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { foundDevices } from './devices.ts'
import type { Job } from './job.ts'
import { type Mount, within } from './mount.ts'

/** What programs need of /etc, and nothing that tells one machine or person from another. */
const ETC = [
  'alternatives',
  'ca-certificates',
  'fonts',
  'host.conf',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'magic',
  'mime.types',
  'nsswitch.conf',
  'pki/ca-trust',
  'pki/tls/certs',
  'protocols',
  'services',
  'ssl/certs',
  'ssl/openssl.cnf',
  'timezone',
]
const ETC_NETWORK = ['hosts', 'resolv.conf']
const ROOT_FOLDERS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
/** The most that /tmp and /dev/shm may hold, each. */
const MEMORY_FOLDER_LIMIT = 2 ** 30

/** The system's folders that every command needs, read-only. */
function systemMounts(network: boolean): Mount[] {
  const mounts: Mount[] = [{ kind: 'read', path: '/usr', source: '/usr' }]
  for (const path of ROOT_FOLDERS) {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats?.isSymbolicLink()) mounts.push({ kind: 'link', path, source: readlinkSync(path) })
    else if (stats !== undefined) mounts.push({ kind: 'read', path, source: path })
  }
  const java = readdirSync('/etc').filter((name) => name.startsWith('java'))
  for (const name of [...ETC, ...java, ...(network ? ETC_NETWORK : [])]) {
    const path = join('/etc', name)
    if (existsSync(path)) mounts.push({ kind: 'read', path, source: path })
  }
  return mounts
}

function hide(path: string): Mount {
  return { kind: 'empty', path: resolve(path), isFile: !lstatSync(path).isDirectory() }
}

/** Folders of people and projects that lie inside a mounted one, as /usr/src/app does in many images. */
function personalFolders(mounts: readonly Mount[]): Mount[] {
  const personal = ['/usr/src', '/usr/local/src', '/usr/home', homedir(), process.cwd()]
  return personal
    .map((path) => resolve(path))
    .filter((path) => existsSync(path) && mounts.some((mount) => mount.kind === 'read' && within(path, mount.path)))
    .map(hide)
}

/**
 * All that a job sees, parents before children. The last word on a path wins: what is writable over what is readable,
 * and what the job names over what hides the person's folders.
 */
export function mountsOf(
  job: Pick<Job, 'folder' | 'readable' | 'writable' | 'hidden' | 'network' | 'memory' | 'environment'>,
  { toolchains, scratch }: { toolchains: readonly string[]; scratch: string },
): Mount[] {
  const read = (path: string): Mount => ({ kind: 'read', path: resolve(path), source: resolve(path) })
  const size = Math.min(MEMORY_FOLDER_LIMIT, Math.ceil(job.memory / 2))
  const system = systemMounts(job.network)
  const wanted: Mount[] = [
    ...system,
    { kind: 'read', path: '/etc/passwd', source: join(scratch, 'passwd') },
    { kind: 'read', path: '/etc/group', source: join(scratch, 'group') },
    { kind: 'memory', path: '/tmp', size },
    { kind: 'memory', path: '/dev/shm', size },
    ...personalFolders(system),
    ...foundDevices(job.environment),
    ...toolchains.map(read),
    ...[...job.readable, job.folder].map(read),
    ...(job.hidden ?? []).filter((path) => existsSync(path)).map(hide),
    ...job.writable.map((path): Mount => ({ kind: 'write', path: resolve(path), source: resolve(path) })),
  ]
  const byPath = new Map(wanted.map((mount) => [mount.path, mount]))
  const depth = (path: string): number => path.split(sep).filter(Boolean).length
  const kept = [...byPath.values()].filter((mount) => !isCovered(mount, byPath))
  return [...kept, ...parentsOf(kept, byPath)].sort((a, b) => depth(a.path) - depth(b.path))
}

/** The folders above the mounts, which must let anybody through; bubblewrap makes them for the owner alone. */
function parentsOf(mounts: readonly Mount[], byPath: ReadonlyMap<string, Mount>): Mount[] {
  const parents = new Set<string>()
  for (const mount of mounts) {
    const chain: string[] = []
    let path = dirname(mount.path)
    while (path !== dirname(path) && !byPath.has(path)) {
      chain.push(path)
      path = dirname(path)
    }
    const above = byPath.get(path)?.kind
    if (above !== 'read' && above !== 'write' && above !== 'link') for (const parent of chain) parents.add(parent)
  }
  // /dev is made by the tier itself.
  return [...parents].filter((path) => !within(path, '/dev')).map((path) => ({ kind: 'folder', path }))
}

/** True for a read-only mount of what its parent already shows: the same place, mounted once. */
function isCovered(mount: Mount, byPath: ReadonlyMap<string, Mount>): boolean {
  if (mount.kind !== 'read' || mount.source !== mount.path) return false
  for (let path = mount.path; path !== dirname(path); ) {
    path = dirname(path)
    const above = byPath.get(path)
    if (above !== undefined) return above.kind === 'read' && above.source === above.path
  }
  return false
}

import { randomInt } from 'node:crypto'
import { chmodSync, lchownSync, lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs'
import { join } from 'node:path'

/**
 * Whom the command runs as. Root is exempt from the limit on processes, so root's commands get a real user id of
 * their own, one for each job, so that jobs share no count and a whole job can be killed by its id.
 * - `inside`: the mounts are made as root, then the id is dropped (root with the right to mount)
 * - `before`: the id is dropped first (root in a container without that right)
 * - `mapped`: a user namespace shows the person's own id as `nobody` (anybody but root)
 */
export type Identity = { kind: 'inside' | 'before' | 'mapped'; uid: number }

export const NOBODY = 65_534
const CAP_SETUID = 7n
const CAP_SYS_ADMIN = 21n
/** Far above the ids that distributions, containers and systemd give away. */
const FIRST_UID = 1_900_000_000
const UIDS = 100_000_000

let rights: bigint | null = null

function mayUse(capability: bigint): boolean {
  if (rights === null) {
    const line = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    rights = BigInt(`0x${line ?? '0'}`)
  }
  return ((rights >> capability) & 1n) === 1n
}

/** Chooses whom one job runs as. */
export function chooseIdentity(): Identity {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return { kind: 'mapped', uid: NOBODY }
  const uid = mayUse(CAP_SETUID) ? freshUid() : null
  if (uid === null) return { kind: 'mapped', uid: NOBODY }
  return { kind: mayUse(CAP_SYS_ADMIN) ? 'inside' : 'before', uid }
}

/** An id of the job's own where this user namespace has room for it, else `nobody` if at least that is there. */
function freshUid(): number | null {
  const ranges = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n')
  const isMapped = (uid: number): boolean =>
    ranges.some((line) => {
      const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number)
      return uid >= first && uid < first + count
    })
  return [FIRST_UID + randomInt(UIDS), NOBODY].find(isMapped) ?? null
}

/** The words that turn root into `uid`, with no way back. */
export function dropTo(uid: number): string[] {
  const who = ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups']
  // The change of id made the kernel forget whose death was to take this one along.
  return [...who, '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--pdeathsig', 'KILL', '--']
}

/** Every entry below and including `top`, links not followed. What a path is too long to name is passed over. */
function* entries(top: string): Generator<{ path: string; stats: Stats }> {
  const waiting = [top]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const here = path
    const stats = attempt(() => lstatSync(here))
    if (stats === null) continue
    yield { path: here, stats }
    if (stats.isDirectory()) for (const name of attempt(() => readdirSync(here)) ?? []) waiting.push(join(here, name))
  }
}

function attempt<T>(act: () => T): T | null {
  try {
    return act()
  } catch {
    return null
  }
}

/** Lets a job's own id write a folder. */
export function handOver(folders: readonly string[], uid: number): void {
  for (const folder of folders) for (const { path } of entries(folder)) lchownSync(path, uid, uid)
}

/** Takes a folder back after a job: ours again, readable for the next job, with no set-uid bits on what it left. */
export function takeBack(folders: readonly string[]): void {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  for (const folder of folders) {
    for (const { path, stats } of entries(folder)) {
      lchownSync(path, uid, gid)
      if (stats.isDirectory()) chmodSync(path, (stats.mode & 0o777) | 0o755)
      else if (stats.isFile()) chmodSync(path, (stats.mode & 0o777) | 0o644)
    }
  }
}

/** Makes the working folder readable for an id that does not own it: a folder made by `mkdtemp` lets nobody else in. */
export function openUp(folder: string): void {
  for (const { path, stats } of entries(folder)) {
    const wanted = stats.isDirectory() ? 0o555 : 0o444 | ((stats.mode & 0o100) === 0 ? 0 : 0o111)
    // A file with another name elsewhere is not ours alone to change.
    const ours = stats.isDirectory() || (stats.isFile() && stats.nlink === 1)
    if (ours && (stats.mode & wanted) !== wanted) chmodSync(path, (stats.mode & 0o7777) | wanted)
  }
}

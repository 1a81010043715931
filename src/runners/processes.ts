import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dropTo } from './identity.ts'

/** A file of /proc, or nothing where the process is gone or somebody else's. */
function look(...path: readonly (string | number)[]): string {
  try {
    return readFileSync(join('/proc', ...path.map(String)), 'latin1')
  } catch {
    return ''
  }
}

function list(...path: readonly (string | number)[]): string[] {
  try {
    return readdirSync(join('/proc', ...path.map(String)))
  } catch {
    return []
  }
}

function allProcesses(): number[] {
  return list()
    .map(Number)
    .filter((pid) => pid > 0)
}

/** The processes that a process started and that have not lost it since. */
export function childrenOf(pid: number): number[] {
  return list(pid, 'task').flatMap((thread) =>
    look(pid, 'task', thread, 'children').split(' ').map(Number).filter(Boolean),
  )
}

/** A process and all below it. */
export function familyOf(pid: number): number[] {
  const family = [pid]
  for (let at = 0; at < family.length; at++) family.push(...childrenOf(family[at] ?? 0))
  return family
}

/**
 * Bytes that processes hold together. The cheap count takes what they share once for each; only where that exceeds
 * the limit is it worth the kernel's slow walk over their pages, which splits it fairly.
 */
export function memoryOf(pids: readonly number[], limit: number): number {
  const cheap = sum(pids.map((pid) => kilobytes(look(pid, 'status'), ['RssAnon', 'RssShmem']) ?? 0))
  if (cheap <= limit) return cheap
  return sum(
    pids.map(
      (pid) =>
        kilobytes(look(pid, 'smaps_rollup'), ['Pss_Anon', 'Pss_Shmem']) ??
        kilobytes(look(pid, 'status'), ['RssAnon', 'RssShmem']) ??
        0,
    ),
  )
}

function kilobytes(text: string, names: readonly string[]): number | null {
  const values = names.map((name) => new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text)?.[1])
  return values[0] === undefined ? null : sum(values.map((value) => Number(value ?? 0) * 1024))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Kills a process, or with a negative number a group; false where there was none. */
export function killNow(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

/**
 * Kills a process namespace by its process 1, which takes all others with it, and leaves the parent to reap it: were
 * the parent killed instead, process 1 of a container would get a zombie.
 */
export function killNamespace(parent: number): void {
  const children = childrenOf(parent)
  if (children.length === 0) killNow(parent)
  for (const pid of children) killNow(pid)
}

const SWEEPS = 50

/** Kills every process with the marker in its environment, again and again until none is found. */
export function sweepMarked(marker: string): void {
  const mine = `\0${marker}\0`
  sweep(() => allProcesses().filter((pid) => pid !== process.pid && `\0${look(pid, 'environ')}`.includes(mine)))
}

/** Kills every process of a job's own user id: the kernel's kill of all at once first, for nothing forks faster. */
export function sweepUser(uid: number): void {
  const theirs = (): number[] =>
    allProcesses().filter((pid) => {
      const status = look(pid, 'status')
      return status.includes(`\nUid:\t${uid}\t`) && !/^State:\s*[ZX]/m.test(status)
    })
  if (theirs().length === 0) return
  const [file = '', ...words] = [...dropTo(uid), '/bin/sh', '-c', 'kill -KILL -1']
  spawnSync(file, words, { stdio: 'ignore' })
  sweep(theirs)
}

function sweep(find: () => number[]): void {
  for (let round = 0; round < SWEEPS; round++) if (!find().some(killNow)) return
}

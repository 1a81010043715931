import { type ChildProcess, spawn } from 'node:child_process'
import { gitError } from './git-error.ts'
import { gitCommand, gitEnvironment } from './plumbing.ts'

/** One whole answer at the start of `bytes`, and its length; null while more must come. */
export type ReadAnswer<T> = (bytes: Buffer) => { answer: T; length: number } | null

type Waiting<T> = { read: ReadAnswer<T>; resolve(answer: T): void; reject(fault: Error): void }

/**
 * A git command that answers one request after another on its standard input: an answer takes well under a millisecond, a process of its own takes four or more.
 * It is started with the first request and again after it has ended, which makes the requests that wait fail; it keeps Anneal alive only while an answer is awaited.
 */
export function standingProcess<T>(
  gitDirectory: string,
  args: readonly string[],
): (request: string, read: ReadAnswer<T>) => Promise<T> {
  let child: ChildProcess | null = null
  let waiting: Waiting<T>[] = []
  let unread: Buffer[] = []
  let said = ''

  const begin = () => {
    const started = spawn('git', gitCommand(gitDirectory, args), { env: gitEnvironment(), stdio: 'pipe' })
    const end = (why: string) => {
      if (child !== started) return
      const left = waiting
      ;[child, waiting, unread] = [null, [], []]
      const fault = gitError(gitDirectory, args[0] ?? '', why)
      for (const { reject } of left) reject(fault)
    }
    said = ''
    started.stdout.on('data', take)
    started.stderr.on('data', (bytes) => {
      said = `${said}${bytes}`.slice(-2000)
    })
    started.stdin.on('error', () => undefined) // Its end is told below.
    started.on('error', ({ message }) => end(message))
    started.on('close', (code) => end(said || `it ended with ${code}`))
    return started
  }

  const take = (bytes: Buffer) => {
    unread.push(bytes)
    let all = unread.length === 1 ? bytes : Buffer.concat(unread)
    for (let first = waiting[0]; first; first = waiting[0]) {
      const found = first.read(all)
      if (!found) break
      all = all.subarray(found.length)
      waiting.shift()
      first.resolve(found.answer)
    }
    unread = all.length === 0 ? [] : [all]
    if (waiting.length === 0) hold(child, false)
  }

  return (request, read) =>
    new Promise((resolve, reject) => {
      child ??= begin()
      hold(child, true)
      waiting.push({ read, resolve, reject })
      child.stdin?.write(request)
    })
}

/** Whether a process keeps Anneal alive. */
function hold(child: ChildProcess | null, busy: boolean) {
  if (!child) return
  for (const one of [child, child.stdin, child.stdout, child.stderr])
    if (one && 'ref' in one && 'unref' in one && typeof one.ref === 'function' && typeof one.unref === 'function')
      busy ? one.ref() : one.unref()
}

import { openSync, readdirSync, readFileSync } from 'node:fs'

const CLOSES_ON_EXEC = 0o2000000
const FIRST_FREE = 5

let leaks: { numbers: readonly number[]; nothing: number } | null = null

/**
 * Descriptors that Anneal was started with and that a command would inherit: whoever starts it may have left a folder
 * or a pipe open, and a folder's descriptor is a way out of any sandbox. Node closes only the first sixteen.
 */
function findLeaks(): { numbers: readonly number[]; nothing: number } {
  const names = process.platform === 'linux' ? readdirSync('/proc/self/fd') : []
  const numbers = names.map(Number).filter((number) => number >= FIRST_FREE && isInherited(number))
  return { numbers, nothing: numbers.length > 0 ? openSync('/dev/null', 'r') : -1 }
}

function isInherited(number: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${number}`, 'utf8'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & CLOSES_ON_EXEC) === 0
  } catch {
    return false
  }
}

type Stream = 'pipe' | 'ignore' | number

/** Descriptors from 3 on: 3 for results, 4 for the word that the command started, /dev/null over whatever would leak. */
export function extraStreams({ resultPipe, reports }: { resultPipe: boolean; reports: boolean }): Stream[] {
  leaks ??= findLeaks()
  const { numbers, nothing } = leaks
  const streams: Stream[] = [resultPipe ? 'pipe' : 'ignore', reports ? 'pipe' : 'ignore']
  for (let number = FIRST_FREE; number <= Math.max(0, ...numbers); number++) {
    streams.push(numbers.includes(number) ? nothing : 'ignore')
  }
  return streams
}

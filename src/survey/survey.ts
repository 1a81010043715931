import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Proposal } from '../records/proposal.ts'
import { benchmarks, testsOf } from './benchmarks.ts'
import { evaluators } from './evaluators.ts'
import type { Seen } from './seen.ts'

/** Bytes of a file that are read at most. */
const LARGEST = 200_000
const READ =
  /^(package\.json|Makefile|makefile|GNUmakefile|Cargo\.toml|go\.mod|CMakeLists\.txt|pyproject\.toml|setup\.cfg|requirements[\w.-]*\.txt)$|\.(py|m?js|ts|sh)$/

/** Reads what says how the program is measured: manifests, and the scripts near the top. Runs nothing. */
export async function survey(root: string, files: readonly string[]): Promise<Seen> {
  const wanted = files
    .filter((file) => READ.test(file.split('/').at(-1) ?? '') && file.split('/').length <= 3)
    .slice(0, 500)
  const read = await Promise.all(
    wanted.map(
      async (file) => [file, (await readFile(join(root, file), 'utf8').catch(() => '')).slice(0, LARGEST)] as const,
    ),
  )
  return { files, texts: new Map(read) }
}

/** What could measure the program, the surest first: scripts made for it, then benchmarks, then tests; last, where nothing tells the metric. */
export function proposals(seen: Seen): Proposal[] {
  const tests = testsOf(seen)
  const scripts = evaluators(seen).map((one) =>
    one.plan.execute === undefined ? { ...one, plan: { ...tests, ...one.plan } } : one,
  )
  const unnamed = ({ guessed }: Proposal) => Number(guessed.includes('metric'))
  return [...scripts, ...benchmarks(seen)].toSorted((a, b) => unnamed(a) - unnamed(b))
}

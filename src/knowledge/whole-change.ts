import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const Plan = z.object({ writes: z.array(z.string()), removals: z.array(z.string()) })
type Plan = z.infer<typeof Plan>

/** Files that are written at the same time. */
const AT_ONCE = 32
const NEXT = '.next'
const planFile = (folder: string) => join(folder, NEXT, 'plan.json')

/**
 * Changes files under `folder` all together: they are written aside, then a plan is put down in one rename, which is the point of no return,
 * then everything goes to its place. What a kill leaves behind is finished or dropped by `finishChange`. One process at a time.
 */
export async function changeWhole(
  folder: string,
  writes: ReadonlyMap<string, string>,
  removals: readonly string[],
): Promise<void> {
  const next = join(folder, NEXT)
  await rm(next, { recursive: true, force: true })
  await mkdir(next, { recursive: true })
  await each(new Set([...writes.keys()].map((path) => dirname(join(next, path)))), (place) =>
    mkdir(place, { recursive: true }),
  )
  await each(writes, ([path, text]) => writeFile(join(next, path), text))
  const plan: Plan = { writes: [...writes.keys()], removals: [...removals] }
  await writeFile(`${planFile(folder)}.tmp`, JSON.stringify(plan))
  await rename(`${planFile(folder)}.tmp`, planFile(folder))
  await carryOut(folder, plan)
}

/** Finishes a change that was cut off after its plan stood, and drops one that was cut off before. */
export async function finishChange(folder: string): Promise<void> {
  const text = await readFile(planFile(folder), 'utf8').catch(() => null)
  const plan = text === null ? null : Plan.safeParse(JSON.parse(text))
  if (plan?.success) await carryOut(folder, plan.data)
  else await rm(join(folder, NEXT), { recursive: true, force: true })
}

/** Every step may be done twice. */
async function carryOut(folder: string, { writes, removals }: Plan): Promise<void> {
  await each(new Set(writes.map((path) => dirname(join(folder, path)))), (place) => mkdir(place, { recursive: true }))
  await each(writes, (path) => rename(join(folder, NEXT, path), join(folder, path)).catch(unlessMissing))
  await each(removals, (path) => rm(join(folder, path), { force: true }))
  await rm(join(folder, NEXT), { recursive: true, force: true })
}

const unlessMissing = (fault: NodeJS.ErrnoException) => {
  if (fault.code !== 'ENOENT') throw fault
}

/** Does a job for each item, some at a time. */
export async function each<T>(items: Iterable<T>, job: (item: T) => Promise<unknown>): Promise<void> {
  const left = items[Symbol.iterator]()
  const work = async () => {
    for (let one = left.next(); !one.done; one = left.next()) await job(one.value)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** The program that a batch engine starts on a node: runs one job as the local runner would, and leaves the result in the job's folder. */
import { open, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import { watchUse } from './gpu-use.ts'
import type { Ran } from './job.ts'
import { type JobFolder, jobFolder, NodeFacts, Request, type Result, readRecord, writeWhole } from './job-folder.ts'
import { readDevices, visibleIds } from './nvidia.ts'
import { runJob } from './run-job.ts'
import { probeTiers } from './sandbox.ts'
import { findToolchains } from './toolchains.ts'

const INTERRUPTED = 143

/** Runs the job of a request; false where another process has it already. */
async function runRequest(path: string): Promise<boolean> {
  const folder = jobFolder(dirname(dirname(path)))
  const request = Request.parse(JSON.parse(await readFile(path, 'utf8')))
  const { claim, done } = folder.of(request.key)
  if (!(await claimed(claim))) return false
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  const result = await resultOf(request, folder, stop.signal)
  // The engine ended it: the engine says why.
  if (stop.signal.aborted) process.exit(INTERRUPTED)
  await writeWhole(done, JSON.stringify(result))
  return true
}

async function resultOf(request: Request, folder: JobFolder, signal: AbortSignal): Promise<Result> {
  try {
    return { ran: await run(request, folder, signal) }
  } catch (fault) {
    const { what, why, fix, exit } =
      fault instanceof AnnealError
        ? fault
        : { what: `A fault of Anneal's own on ${hostname()}: ${messageOf(fault)}`, why: '', fix: '', exit: EXIT.fault }
    return { error: { what, why: [why, `(on ${hostname()})`].filter(Boolean).join('\n'), fix, exit } }
  }
}

async function run({ job, unsafe }: Request, folder: JobFolder, signal: AbortSignal): Promise<Ran> {
  const bare = async () => ({ tier: 'none' as const, toolchains: await findToolchains() })
  const { tier, toolchains } = unsafe ? await bare() : await factsOf(folder.nodes)
  const visible = job.gpus ? (visibleIds(process.env.CUDA_VISIBLE_DEVICES) ?? []) : []
  const given = visible.length > 0 ? { CUDA_VISIBLE_DEVICES: visible.join(','), CUDA_DEVICE_ORDER: 'PCI_BUS_ID' } : {}
  const use = visible.length > 0 ? watchUse(visible, readDevices) : null
  const wanted = { ...job, environment: { ...job.environment, ...given } }
  const ran = await runJob({ job: wanted, signal, tier, unsafe, toolchains }).finally(() => use?.end())
  return use === null ? ran : { ...ran, gpu: use.end() }
}

/** True where this job, or an earlier start of it, is the first to take the work. */
async function claimed(path: string): Promise<boolean> {
  const own = process.env.SLURM_JOB_ID ?? String(process.pid)
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(own)
    await file.close()
    return true
  } catch {
    return (await readFile(path, 'utf8')) === own
  }
}

/** The node's sandbox and toolchains: found out by the first job there, and kept for the rest of the run. */
async function factsOf(folder: string): Promise<NodeFacts> {
  const path = join(folder, `${hostname()}.json`)
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim()
  const uid = process.getuid?.() ?? -1
  const kept = await readRecord(path, NodeFacts)
  if (kept !== null && boot !== '' && kept.boot === boot && kept.uid === uid) return kept
  const { tier, failures } = await probeTiers()
  const why = failures.map((failure) => `${failure.tier}: ${failure.why}`).join('\n')
  const facts = { boot, uid, tier, why, toolchains: await findToolchains() }
  await writeWhole(path, JSON.stringify(facts))
  return facts
}

await runRequest(process.argv[2] ?? '')

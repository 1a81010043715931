import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { openInBrowser, reportPage, showRun, writeReport } from '../jobs/report.ts'
import type { Watch } from '../jobs/session.ts'
import type { Heard } from '../records/event.ts'
import type { Run } from '../records/run.ts'
import { eventLine } from '../reports/plain.ts'
import { safe } from '../reports/words.ts'
import type { Project } from '../wiring/project.ts'
import { gpusOf } from '../wiring/runner.ts'
import type { Live, LiveParts } from './live.ts'

export type WatchWish = { quiet: boolean; plain: boolean; json: boolean }
type Streams = { stdin: NodeJS.ReadStream; stderr: NodeJS.WriteStream }

/** Whether the live view is shown: for a person at a terminal who did not ask for less. */
export function isLive(
  { quiet, plain, json }: WatchWish,
  environment: NodeJS.ProcessEnv,
  { stdin, stderr }: Streams,
): boolean {
  const { CI = '', TERM = '' } = environment
  return (
    !quiet &&
    !plain &&
    !json &&
    stdin.isTTY &&
    stderr.isTTY &&
    TERM !== 'dumb' &&
    (CI === '' || CI === 'false' || CI === '0')
  )
}

/** What a person sees of a run while it works: the live view in a terminal, else a line for each event on standard error; nothing where they asked for quiet. */
export async function openWatch(
  wish: WatchWish,
  project: Project,
  environment: NodeJS.ProcessEnv,
  streams: Streams,
): Promise<Watch & { close(): Promise<void> }> {
  const say = (text: string) => void streams.stderr.write(`${safe(text)}\n`)
  if (!isLive(wish, environment, streams))
    return {
      note: say,
      hear: (event, run) => {
        const line = wish.quiet ? null : eventLine(event, run)
        if (line !== null) say(line)
      },
      begin: () => undefined,
      close: async () => undefined,
    }
  // Ink takes a while to load, and only this needs it.
  const { openLive } = await import('./live.ts')
  const parts: LiveParts = {
    ...{ stdin: streams.stdin, screen: streams.stderr, colour: !environment.NO_COLOR },
    clock: () => performance.now() / 1000,
    logs: ({ run }, attempt) => join(project.runs, run, 'attempts', String(attempt)),
    gpus: async ({ task }) =>
      (await gpusOf(task)).map(({ id, device }) => ({
        id,
        utilisation: device?.utilisation ?? null,
        used: device?.used ?? null,
        total: device?.total ?? null,
      })),
    // The very way that Ctrl-C takes where the terminal passes it on.
    interrupt: () => void process.kill(process.pid, 'SIGINT'),
    report: async ({ run }) => {
      const file = join(project.runs, run, 'report.html')
      await writeReport(file, await reportPage(await showRun(project, run, new Date().toISOString())))
      openInBrowser(file, environment, (problem) => live?.note(problem))
      return `The report as it stands now: ${file}`
    },
  }
  let live: Live | null = null
  return {
    note: (text) => (live ? live.note(text) : say(text)),
    hear: (event: Heard, run: Run) => {
      if (live) live.see(event, run)
      else live = openLive(run, parts)
    },
    begin: (steer) => live?.begin(steer),
    async close() {
      for (const note of (await live?.close()) ?? []) say(note)
      live = null
    },
  }
}

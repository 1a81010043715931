import { Box, render, Text, useInput, useWindowSize } from 'ink'
import { createElement, type ReactElement } from 'react'
import type { Heard } from '../records/event.ts'
import type { Run } from '../records/run.ts'
import type { Steering } from '../records/steering.ts'
import { type KeyName, type Place, press, START } from './keys.ts'
import type { Size, Tone } from './line.ts'
import { type GpuView, noted, openScene, type Scene, seen } from './scene.ts'
import { pageLines, pageRows, screen } from './screen.ts'
import { listed } from './sections.ts'

export type LiveParts = {
  stdin: NodeJS.ReadStream
  /** Where the view is drawn: standard output is the result's. */
  screen: NodeJS.WriteStream
  colour: boolean
  /** Monotonic seconds. */
  clock(): number
  /** The folder of an attempt's logs. */
  logs(run: Run, attempt: number): string
  /** The GPUs that the run may use, as they stand. */
  gpus(run: Run): Promise<GpuView[]>
  /** Ends the run as Ctrl-C does: once what runs is finished, then at once. */
  interrupt(): void
  /** Opens the report of the run; gives what the person should know of it. */
  report(run: Run): Promise<string>
}

export type Live = {
  see(event: Heard, run: Run): void
  note(text: string): void
  /** From now on the run can be steered. */
  begin(steer: (order: Steering) => Promise<string | null>): void
  /** Leaves the terminal as it was; gives the notes that were shown. */
  close(): Promise<readonly string[]>
}

/** Milliseconds between two looks at the clock, and at the GPUs. */
const [TICK, LOOK] = [500, 2000]

/** Opens the live view on a screen of its own. */
export function openLive(run: Run, parts: LiveParts): Live {
  let scene = openScene(run, parts.clock())
  let place: Place = START
  let steer: ((order: Steering) => Promise<string | null>) | null = null
  const view = render(draw(), {
    ...{ stdin: parts.stdin, stdout: parts.screen, stderr: parts.screen },
    ...{ exitOnCtrlC: false, patchConsole: false, interactive: true, alternateScreen: true, maxFps: 15 },
  })

  function draw(): ReactElement {
    return createElement(View, { scene, place, parts, onKey })
  }
  const show = (next: Scene) => {
    scene = next
    view.rerender(draw())
  }
  const note = (text: string) => show(noted(scene, text))
  const order = async (wanted: Steering) => {
    const refusal = steer === null ? 'the run is still being set up' : await steer(wanted)
    if (refusal !== null) note(`Not done: ${refusal}.`)
  }

  function onKey(key: KeyName, size: Size) {
    const { run } = scene
    const logs = (attempt: number) => parts.logs(run, attempt)
    const lines = pageLines(scene, place, size.columns, logs).length
    const pressed = press(place, key, { attempts: listed(run), lines, rows: pageRows(size.rows) })
    place = pressed.place
    switch (pressed.act) {
      case 'pause':
        void order({ order: run.steering.paused ? 'resume' : 'pause' }).catch(fails)
        break
      case 'stop':
        void order({ order: 'stop', now: false }).catch(fails)
        break
      case 'quit':
        scene = { ...scene, ending: scene.ending === 'no' ? 'finishing' : 'stopping' }
        parts.interrupt()
        break
      case 'report':
        void parts.report(run).then(note, fails)
        break
    }
    view.rerender(draw())
  }
  const fails = (fault: unknown) => note(fault instanceof Error ? fault.message : String(fault))

  const tick = setInterval(() => view.rerender(draw()), TICK)
  const look = setInterval(() => {
    if (scene.run.task.runner.gpus === 0) return
    parts.gpus(scene.run).then(
      (gpus) => show({ ...scene, gpus }),
      () => undefined,
    )
  }, LOOK)
  return {
    see: (event, now) => show(seen(scene, event, now, parts.clock())),
    note,
    begin: (given) => {
      steer = given
    },
    async close() {
      clearInterval(tick)
      clearInterval(look)
      view.unmount()
      await view.waitUntilExit()
      return scene.notes
    },
  }
}

type ViewProps = { scene: Scene; place: Place; parts: LiveParts; onKey(key: KeyName, size: Size): void }

function View({ scene, place, parts, onKey }: ViewProps): ReactElement {
  const size = useWindowSize()
  useInput((input, key) => {
    for (const name of namesOf(input, key)) onKey(name, size)
  })
  const lines = screen(scene, place, size, parts.clock(), (attempt) => parts.logs(scene.run, attempt))
  return createElement(
    Box,
    { flexDirection: 'column', width: size.columns },
    ...lines.map((line, row) =>
      createElement(
        Text,
        { key: row, wrap: 'truncate-end' },
        // A row without text would take no room.
        ...(line.length === 0
          ? [' ']
          : line.map(({ text, tone }, at) =>
              createElement(Text, { key: at, ...(parts.colour ? STYLES[tone] : {}) }, text),
            )),
      ),
    ),
  )
}

const STYLES: Record<Tone, object> = {
  plain: {},
  strong: { bold: true },
  good: { color: 'green' },
  bad: { color: 'red' },
  quiet: { dimColor: true },
  chosen: { inverse: true },
}

type InkKey = Parameters<Parameters<typeof useInput>[0]>[1]

/** The keys that were pressed: several characters may come at once. */
function namesOf(input: string, key: InkKey): KeyName[] {
  if (key.ctrl) return input === 'c' ? ['interrupt'] : []
  if (key.upArrow) return ['up']
  if (key.downArrow) return ['down']
  if (key.pageUp) return ['pageUp']
  if (key.pageDown) return ['pageDown']
  if (key.return) return ['enter']
  if (key.escape) return ['escape']
  return [...input]
}

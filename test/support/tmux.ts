import { execFileSync, spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

export const hasTmux = spawnSync('tmux', ['-V']).status === 0

/** A real pseudo-terminal with a shell in it. */
export type Terminal = {
  type(text: string): void
  press(...keys: string[]): void
  screen(): string
  /** The whole screen, a line each; with colours and styles as escape sequences where asked for. */
  lines(styled?: boolean): string[]
  resize(columns: number, lines: number): void
  /** Waits until the screen holds `text`, and gives the screen. */
  until(text: string, seconds?: number): Promise<string>
  /** Waits until the lines of the screen fulfil `holds`, and gives them. */
  untilLines(holds: (lines: string[]) => boolean, seconds?: number): Promise<string[]>
  close(): void
}

let count = 0

/** Opens a terminal of the given size in `folder`, on a tmux server of its own. */
export function openTerminal(
  folder: string,
  environment: Record<string, string>,
  { columns = 80, lines = 24 } = {},
): Terminal {
  const socket = `anneal-test-${process.pid}-${count++}`
  const tmux = (...words: string[]) =>
    execFileSync('tmux', ['-f', '/dev/null', '-L', socket, ...words], { env: environment, encoding: 'utf8' })
  tmux('new-session', '-d', '-x', String(columns), '-y', String(lines), '-c', folder, 'sh')
  const screen = () => tmux('capture-pane', '-p').trimEnd()
  const linesNow = (styled = false) =>
    tmux('capture-pane', '-p', ...(styled ? ['-e'] : []))
      .replace(/\n$/, '')
      .split('\n')
  return {
    lines: linesNow,
    resize: (width, height) => {
      tmux('resize-window', '-x', String(width), '-y', String(height))
    },
    untilLines: async (holds, seconds = 40) => {
      const ends = performance.now() + seconds * 1000
      for (;;) {
        const now = linesNow()
        if (holds(now)) return now
        if (performance.now() > ends)
          throw new Error(`what is awaited did not come up; the screen holds:\n${now.join('\n')}`)
        await wait(100)
      }
    },
    type: (text) => {
      if (text === '') return
      tmux('send-keys', '-l', '--', text)
    },
    press: (...keys) => {
      tmux('send-keys', ...keys)
    },
    screen,
    until: async (text, seconds = 40) => {
      const ends = performance.now() + seconds * 1000
      for (;;) {
        const now = screen()
        if (now.includes(text)) return now
        if (performance.now() > ends) throw new Error(`"${text}" did not come up; the screen holds:\n${now}`)
        await wait(100)
      }
    },
    close: () => {
      tmux('kill-server')
    },
  }
}

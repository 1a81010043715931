import { execFileSync, spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

export const hasTmux = spawnSync('tmux', ['-V']).status === 0

/** A real pseudo-terminal with a shell in it. */
export type Terminal = {
  type(text: string): void
  press(...keys: string[]): void
  screen(): string
  /** Waits until the screen holds `text`, and gives the screen. */
  until(text: string, seconds?: number): Promise<string>
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
  return {
    type: (text) => {
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

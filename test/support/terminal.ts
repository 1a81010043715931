import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { offline } from './cli.ts'

/** Why no pseudo-terminal can be had; null where one can. In CI that is a failure, not a skip. */
export function terminalMissing(): string | null {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' })
    return null
  } catch {
    if (process.env.CI === 'true' && process.env.ANNEAL_TEST_ALL === '1') throw new Error('CI has to install tmux')
    return 'tmux is not installed'
  }
}

/** A real terminal of some size with a shell in it, on a tmux server of its own. */
export type Terminal = {
  type(...keys: string[]): void
  resize(columns: number, rows: number): void
  /** What stands on the screen, a line each; with colours and styles as escape sequences where asked for. */
  lines(styled?: boolean): string[]
  /** Waits until the screen fulfils `holds`; throws with the screen where it does not come about. */
  until(holds: (lines: string[]) => boolean): Promise<string[]>
  close(): void
}

const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.js')

export function openTerminal(
  folder: string,
  columns: number,
  rows: number,
  more: Record<string, string> = {},
): Terminal & { anneal(...words: string[]): void } {
  const socket = join(mkdtempSync(join(tmpdir(), 'anneal-tmux-')), 'socket')
  const { CI: _, NO_COLOR: __, FORCE_COLOR: ___, TMUX: ____, ...rest } = offline()
  const env = { ...rest, TERM: 'screen-256color', PS1: '$ ' }
  const tmux = (...words: string[]) =>
    execFileSync('tmux', ['-f', '/dev/null', '-S', socket, ...words], { cwd: folder, env, encoding: 'utf8' })
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), '/bin/sh')
  // tmux says itself what terminal it is; so what is to be set is set for the command.
  const set = Object.entries(more)
    .map(([name, value]) => `${name}=${value} `)
    .join('')
  const lines = (styled = false) =>
    tmux('capture-pane', '-p', ...(styled ? ['-e'] : []))
      .replace(/\n$/, '')
      .split('\n')
  const type = (...keys: string[]) => void tmux('send-keys', ...keys)
  return {
    anneal: (...words) => type(`${set}${process.execPath} ${bin} ${words.join(' ')}; echo "ended with $?"`, 'Enter'),
    type,
    resize: (width, height) => void tmux('resize-window', '-x', String(width), '-y', String(height)),
    lines,
    async until(holds) {
      for (let tries = 0; tries < 600; tries++) {
        const now = lines()
        if (holds(now)) return now
        await wait(50)
      }
      throw new Error(`The screen does not come to what is awaited:\n${lines().join('\n')}`)
    },
    close: () => void tmux('kill-server'),
  }
}

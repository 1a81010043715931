import { spawn } from 'node:child_process'

type Output = { isTTY?: boolean; rows?: number; write(text: string): unknown }

/**
 * Shows text through the person's pager ($PAGER, else `less`) where it is longer than the screen; else, and where the pager is not there, writes it.
 * A pager that is left early is no error. Gives when the pager has ended.
 */
export async function page(
  text: string,
  output: Output,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const command = environment.PAGER ?? 'less'
  const lines = text.split('\n').length
  if (
    !output.isTTY ||
    lines < (output.rows ?? 24) ||
    command.trim() === '' ||
    command === 'cat' ||
    environment.TERM === 'dumb'
  ) {
    output.write(`${text}\n`)
    return
  }
  if (!(await ran(command, text, environment))) output.write(`${text}\n`)
}

/** Whether the pager could be started. `LESS` is set as Git sets it: quit where all fits, keep colours, leave the screen as it is. */
function ran(
  command: string,
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS: 'FRX', LV: '-c', ...environment },
    })
    // Ctrl-C is the pager's: it leaves a search, not this process.
    const ignore = () => undefined
    process.on('SIGINT', ignore)
    child.stdin.on('error', () => undefined)
    const done = (started: boolean) => {
      process.off('SIGINT', ignore)
      resolve(started)
    }
    child.on('error', () => done(false))
    child.on('close', (code) => done(code !== 126 && code !== 127))
    child.stdin.end(`${text}\n`)
  })
}

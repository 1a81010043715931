import { Command, Flags } from '@oclif/core'
import { AnnealError, EXIT, messageOf } from './records/error.ts'
import { safe } from './reports/plain.ts'

/** What all commands share: `--json`, `--dir`, and the one place where an error is shown. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    dir: Flags.directory({ summary: 'A folder of the repository to work on.', default: '.', helpGroup: 'GLOBAL' }),
  }

  /** Progress, on standard error: standard output is the result's. */
  protected note(text: string): void {
    process.stderr.write(`${text}\n`)
  }

  protected override async catch(fault: Error & { exitCode?: number; oclif?: { exit?: number } }): Promise<unknown> {
    const known = fault instanceof AnnealError ? fault : diskError(fault)
    if (known) {
      process.exitCode = known.exit
      if (this.jsonEnabled()) {
        this.logJson({ error: { what: known.what, why: known.why, fix: known.fix, exit: known.exit } })
        return
      }
      this.note(
        safe([`Error: ${known.what}`, known.why, known.fix && `What to do: ${known.fix}`].filter(Boolean).join('\n')),
      )
      return
    }
    const asked = fault.oclif?.exit
    if (asked !== undefined) {
      if (!this.jsonEnabled()) return super.catch(fault)
      process.exitCode = asked
      if (asked !== 0)
        this.logJson({ error: { what: messageOf(fault), why: '', fix: `anneal ${this.id ?? ''} --help`, exit: asked } })
      return
    }
    process.exitCode = EXIT.fault
    const what = `A fault of Anneal's own: ${messageOf(fault)}`
    if (this.jsonEnabled()) this.logJson({ error: { what, why: '', fix: 'Please report it.', exit: EXIT.fault } })
    else this.note(safe(`${what}\nPlease report it, with this trace:\n${fault.stack ?? ''}`))
    return
  }
}

function diskError(fault: Error): AnnealError | null {
  const code = 'code' in fault ? fault.code : ''
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return null
  return new AnnealError({
    what: 'The disk is full.',
    why: fault.message,
    fix: 'Free some space, then `anneal resume`: nothing that was recorded is lost.',
    exit: EXIT.disk,
    cause: fault,
  })
}

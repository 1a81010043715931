import { Command, Flags } from '@oclif/core'
import { AnnealError, EXIT, messageOf } from './records/error.ts'
import { blackenAll, secretsIn } from './records/secret.ts'
import { safe } from './reports/plain.ts'

/** What all commands share: `--json`, `--dir`, and the one place where an error is shown. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    dir: Flags.directory({ summary: 'A folder of the repository to work on.', default: '.', helpGroup: 'GLOBAL' }),
  }

  /** Progress, on standard error: standard output is the result's. */
  protected note(text: string): void {
    process.stderr.write(`${safe(text)}\n`)
  }

  protected override async catch(fault: Error & { exitCode?: number; oclif?: { exit?: number } }): Promise<unknown> {
    const known = fault instanceof AnnealError ? fault : diskError(fault)
    if (known) {
      process.exitCode = known.exit
      const { what, why, fix, exit } = known
      const error = blackenAll({ what, why, fix, exit }, secretsIn(process.env))
      if (this.jsonEnabled()) {
        this.logJson({ error })
        return
      }
      this.note(
        safe([`Error: ${error.what}`, error.why, error.fix && `What to do: ${error.fix}`].filter(Boolean).join('\n')),
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

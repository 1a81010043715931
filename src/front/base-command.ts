import { Command, Flags } from '@oclif/core'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import { blackenAll, secretsIn } from '../records/secret.ts'
import { type Look, lookOf } from '../reports/look.ts'
import { safe } from '../reports/plain.ts'
import { page } from './pager.ts'
import { requestError } from './request-error.ts'

/** A flag of the commands that print longer texts. */
export const pageFlags = {
  'no-pager': Flags.boolean({ summary: 'Print straight to the terminal.', default: false, helpGroup: 'GLOBAL' }),
}

/** What all commands share: `--json`, `--dir`, and the one place where an error is shown. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    dir: Flags.directory({ summary: 'A folder of the repository to work on.', default: '.', helpGroup: 'GLOBAL' }),
  }

  /** Reads the command line. What is wrong with it is told in three parts. */
  protected override parse: Command['parse'] = async (options, argv) => {
    try {
      return await super.parse(options, argv)
    } catch (fault) {
      // Or oclif warns, under NODE_ENV=test or development, that nothing was parsed.
      this.parsed = true
      // `--help` ends this way too.
      if (!(fault instanceof Error) || ('oclif' in fault && fault.message.startsWith('EEXIT'))) throw fault
      const flags = Object.entries(this.ctor.flags ?? {}).flatMap(([name, definition]) =>
        definition.type === 'boolean' && definition.allowNo ? [name, `no-${name}`] : [name],
      )
      const known = [...flags, ...Object.keys(this.ctor.baseFlags), 'json', 'help']
      throw requestError(fault, { command: (this.id ?? '').replaceAll(':', ' '), flags: known })
    }
  }

  protected override async init(): Promise<void> {
    await super.init()
    // Whoever read the output has left, such as `head`: that is no fault.
    for (const stream of [process.stdout, process.stderr])
      stream.on('error', (fault: NodeJS.ErrnoException) => {
        if (fault.code !== 'EPIPE') throw fault
      })
  }

  /** How standard output is written to. */
  protected look(): Look {
    return lookOf(process.stdout, process.env, Date.now())
  }

  /** Prints a longer text: through the person's pager, on a terminal that is too small for it. */
  protected async show(text: string, { 'no-pager': straight }: { 'no-pager': boolean }): Promise<void> {
    if (this.jsonEnabled()) return
    if (straight) this.log(text)
    else await page(text, process.stdout, process.env)
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

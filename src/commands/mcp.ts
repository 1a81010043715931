import { Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { openDesk } from '../jobs/desk.ts'
import { listenToSignals } from '../jobs/session.ts'
import { serve } from '../mcp/mcp.ts'

export default class Mcp extends BaseCommand {
  static override enableJsonFlag = false
  static override summary = 'Serve knowledge, attempts and lessons to coding agents, over stdio.'
  static override description =
    'A server of the Model Context Protocol: search knowledge, get a page, list, search and get attempts, search lessons, add a lesson. Standard output carries the protocol alone.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --run quiet-otter-3f2a --read-only',
  ]
  static override flags = {
    run: Flags.string({ summary: 'Show this run alone.' }),
    'read-only': Flags.boolean({ summary: 'Take no lessons.' }),
  }

  async run() {
    const { flags } = await this.parse(Mcp)
    const desk = await openDesk(flags.dir, flags.run ?? null)
    const signals = listenToSignals(() => undefined)
    await serve(desk, { version: this.config.version, readOnly: flags['read-only'] }, signals.finish).finally(
      signals.release,
    )
  }
}

import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../base-command.ts'
import { initStarter, listStarters } from '../init.ts'

export default class Init extends BaseCommand {
  static override summary = 'Make a git repository of a shipped starter, committed and ready to run.'
  static override examples = ['<%= config.bin %> <%= command.id %> --starter circle-packing packing']
  static override args = { folder: Args.string({ description: 'The folder to make.', required: true }) }
  static override flags = {
    starter: Flags.option({ options: listStarters() })({ summary: 'The starter.', required: true }),
  }

  async run() {
    const { args, flags } = await this.parse(Init)
    const made = await initStarter(flags.starter, args.folder)
    this.log(
      `Made ${made.folder} from the starter ${flags.starter}.\n\n  cd ${args.folder}\n  anneal check\n  anneal run`,
    )
    return made
  }
}

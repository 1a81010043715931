import { Args, type Command } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { type Completed, completionScript, SHELLS, type Words } from '../reports/completion.ts'

/** What arguments and flags of these names take. */
const KINDS: Readonly<Record<string, Words>> = {
  run: 'run',
  replay: 'run',
  task: 'file',
  dir: 'file',
  folder: 'file',
  file: 'file',
  source: 'file',
  sources: 'file',
  patch: 'file',
  context: 'file',
  edit: 'file',
  sealed: 'file',
}

export default class Completion extends BaseCommand {
  static override enableJsonFlag = false
  static override summary = 'Print a script that completes commands, flags, runs and starters in your shell.'
  static override examples = [
    {
      description: 'bash:',
      command: '<%= config.bin %> <%= command.id %> bash > ~/.local/share/bash-completion/completions/anneal',
    },
    { description: 'zsh, after compinit in ~/.zshrc:', command: 'source <(<%= config.bin %> <%= command.id %> zsh)' },
    {
      description: 'fish:',
      command: '<%= config.bin %> <%= command.id %> fish > ~/.config/fish/completions/anneal.fish',
    },
  ]
  static override args = {
    shell: Args.string({ description: 'The shell.', options: [...SHELLS], required: true }),
  }

  async run() {
    const { args } = await this.parse(Completion)
    const shell = SHELLS.find((one) => one === args.shell) ?? 'bash'
    this.log(
      completionScript(
        shell,
        this.config.commands.filter(({ hidden }) => !hidden).map((one) => completed(one)),
      ),
    )
  }
}

function completed({ id, summary = '', flags, args }: Command.Loadable): Completed {
  const [argument] = Object.values(args)
  return {
    command: id.replaceAll(':', ' '),
    summary,
    flags: Object.values(flags)
      .filter(({ hidden }) => !hidden)
      .flatMap((flag): Completed['flags'][number][] => {
        const { name, char: short = null } = flag
        const one = { name, short, summary: flag.summary ?? flag.description ?? '', takes: null }
        if (flag.type === 'option') return [{ ...one, takes: flag.options ?? KINDS[name] ?? 'text' }]
        return [one, ...(flag.allowNo ? [{ ...one, name: `no-${name}`, short: null }] : [])]
      }),
    argument: argument === undefined ? null : (argument.options ?? KINDS[argument.name] ?? 'text'),
  }
}

import type { Hook } from '@oclif/core'
import { safe } from '../reports/plain.ts'
import { unknownCommand } from './request-error.ts'

/** What oclif asks for when a command is not known: says so, and which one may have been meant. */
const unknown: Hook<'command_not_found'> = async ({ id, argv, config }) => {
  const known = config.commands.filter(({ hidden }) => !hidden).map((one) => one.id.replaceAll(':', ' '))
  const { what, why, fix, exit } = unknownCommand(id.replaceAll(':', ' '), known.toSorted())
  if (argv?.includes('--json'))
    process.stdout.write(`${JSON.stringify({ error: { what, why, fix, exit } }, null, 2)}\n`)
  else process.stderr.write(`${safe(`Error: ${what}\n${why}\nWhat to do: ${fix}`)}\n`)
  process.exitCode = exit
}

export default unknown

import { AnnealError } from '../records/error.ts'
import { nearest } from '../records/nearest.ts'

/** What a command line may hold, for what is said of one that is wrong. */
type Known = { command: string; flags: readonly string[] }

/** What oclif found wrong with a command line, in three parts: what, why, what to do. */
export function requestError(fault: Error, { command, flags }: Known): AnnealError {
  const help = `\`anneal ${command} --help\` tells what it takes.`
  const given = 'flags' in fault && Array.isArray(fault.flags) ? fault.flags.map(String) : []
  const [first = ''] = given
  const text = fault.message.replace(/\nSee more help with --help\s*$/, '').trim()
  const say = (what: string, why: string, fix = help) => new AnnealError({ what, why, fix, cause: fault })

  if (/^Nonexistent flag/.test(text)) {
    // Not every flag that is on or off can be denied, and what someone denies is often off as long as nobody gives it.
    const word = first.replace(/=.*$/, '')
    const known = flags.map((name) => `--${name}`).filter((name) => name !== word)
    const near = nearest(word, known) ?? known.find((one) => one === word.replace('--no-', '--'))
    return say(
      `There is no flag ${given.join(', ')}.`,
      `anneal ${command} does not know it.`,
      near ? `Did you mean ${near}? ${help}` : help,
    )
  }
  const choice = /^Expected (--[\w-]+=|)(.*) to be one of: ([\s\S]*)$/.exec(text)
  if (choice) {
    const [, flag = '', value = '', options = ''] = choice
    const all = options.split(/,\s*/).map((one) => one.trim())
    const near = nearest(value, all)
    return say(
      `${flag}${value} is not a value that can be given here.`,
      `It takes one of: ${all.join(', ')}.`,
      near ? `Did you mean ${near}?` : help,
    )
  }
  const required = /^(?:The following errors? occurred:\s*)?Missing required flag (\S+)/.exec(text)
  if (required) return say('The command is not whole.', `The flag --${required[1]} is missing.`)
  const parsing = /^Parsing (--[\w-]+)\s+([\s\S]*)$/.exec(text)
  if (parsing) return say(`${parsing[1]} cannot be read.`, `${parsing[2]?.trim()}.`)
  if (/^Flag (--[\w-]+) expects a value/.test(text))
    return say(text.replace('Flag ', '').concat('.'), 'The word behind it is missing, or is itself a flag.')
  if (/^Missing \d+ required/.test(text)) return say('The command is not whole.', `Missing: ${missing(text)}.`)
  if (/^Unexpected argument/.test(text))
    return say(
      `${text.replace(/\n/g, ', ').replace(':,', ':')}.`,
      `anneal ${command} takes no more words.`,
      `Quote texts that hold blanks. ${help}`,
    )
  if (/^Expected an? /.test(text)) return say('A word of the command cannot be read.', `${text}.`)
  const both = /^--([\w-]+)=\S* cannot also be provided when using --([\w-]+)/.exec(
    text.replace(/^The following errors? occurred:\s*/, ''),
  )
  if (both)
    return say(
      `--${both[1]} and --${both[2]} do not go together.`,
      'Each says what the other one denies.',
      `Leave one of them out. ${help}`,
    )
  const [what = '', ...why] = text.replace(/^The following errors? occurred:\s*/, '').split('\n')
  return say(`${what.trim().replace(/[.:]?$/, '.')}`, why.map((line) => line.trim()).join('\n'))
}

/** The words that are missing, out of the table that oclif makes of them; what it says of flags below is not about the person's command. */
const missing = (text: string) =>
  text
    .replace(/\n\s*Note:? [\s\S]*$/, '')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/^(\S+)\s+(.*?)\.?$/, '$1 ($2)'))
    .filter((line) => line !== '')
    .join(', ')

/** That a command is not known, with the one that it may have been meant to be. */
export function unknownCommand(words: string, known: readonly string[]): AnnealError {
  const near = nearest(words, known)
  const topic = known.filter((one) => one.startsWith(`${words.split(' ')[0]} `))
  return new AnnealError({
    what: `There is no command \`anneal ${words}\`.`,
    why: `The commands are ${(topic.length > 0 ? topic : known).join(', ')}.`,
    fix: near ? `Did you mean \`anneal ${near}\`?` : '`anneal --help` tells what each does.',
  })
}

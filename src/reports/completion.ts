export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** What a word on the command line can be: one of some, a file, a run of the project, or a text that nobody can guess. */
export type Words = readonly string[] | 'file' | 'run' | 'text'
export type Completed = {
  /** The command as it is typed, such as `lessons list`. */
  command: string
  summary: string
  flags: readonly { name: string; short: string | null; summary: string; takes: Words | null }[]
  /** What its arguments are; null where it has none. */
  argument: Words | null
}

/** A script that makes a shell complete Anneal's commands, flags and values. It starts no Node: the names of runs are folders. */
export function completionScript(shell: Shell, commands: readonly Completed[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands)
}

const RUNS = `command ls -- "$(git rev-parse --show-toplevel 2>/dev/null)/.anneal/runs" 2>/dev/null`

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** The words that may follow a command that is not whole yet: none typed, or a topic such as `lessons`. */
function nextWords(commands: readonly Completed[]): Map<string, { word: string; summary: string }[]> {
  const next = new Map<string, { word: string; summary: string }[]>()
  for (const { command, summary } of commands) {
    const words = command.split(' ')
    for (const [at, word] of words.entries()) {
      const before = words.slice(0, at).join(' ')
      const known = next.get(before) ?? []
      const last = at === words.length - 1
      if (!known.some((one) => one.word === word)) known.push({ word, summary: last ? summary : `${word} …` })
      next.set(before, known)
    }
  }
  return next
}

/** The words of one kind, as a shell that knows `compgen` gives them. */
function compgen(words: Words): string {
  if (words === 'file') return 'compgen -f -- "$cur"'
  if (words === 'run') return 'compgen -W "$(_anneal_runs)" -- "$cur"'
  return words === 'text' ? 'true' : `compgen -W ${quoted(words.join(' '))} -- "$cur"`
}

const flagWords = ({ flags }: Completed) =>
  flags.flatMap(({ name, short }) => [`--${name}`, ...(short ? [`-${short}`] : [])])
const spellings = ({ name, short }: Completed['flags'][number]) => [`--${name}`, ...(short ? [`-${short}`] : [])]

/** The branches of a `case` over the command and the flag behind which a value is completed. */
const valueCases = (commands: readonly Completed[], action: (takes: Words) => string): string[] =>
  commands.flatMap(({ command, flags }) =>
    flags.flatMap((flag) => {
      if (flag.takes === null) return []
      const names = spellings(flag).map((name) => quoted(`${command} ${name}`))
      return [`    ${names.join('|')}) ${action(flag.takes)}; return ;;`]
    }),
  )

function bashScript(commands: readonly Completed[]): string {
  const next = nextWords(commands)
  const paths = [...new Set([...commands.map(({ command }) => command), ...next.keys()])].filter(Boolean)
  const values = valueCases(commands, (takes) => `COMPREPLY=($(${compgen(takes)}))`)
  return `# bash completion for anneal: source it, or put it into ~/.local/share/bash-completion/completions/anneal
_anneal_runs() { ${RUNS}; }
_anneal() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} line='' word
  if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && continue
    case "\${line:+$line }$word" in
      ${paths.map(quoted).join('|')}) line="\${line:+$line }$word" ;;
      *) break ;;
    esac
  done
  case "$line $prev" in
${values.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$line" in
${commands.map((one) => `      ${quoted(one.command)}) COMPREPLY=($(compgen -W ${quoted(flagWords(one).join(' '))} -- "$cur")) ;;`).join('\n')}
    esac
    return
  fi
  case "$line" in
${[...next].map(([before, words]) => `    ${quoted(before)}) COMPREPLY=($(compgen -W ${quoted(words.map(({ word }) => word).join(' '))} -- "$cur")) ;;`).join('\n')}
${commands.flatMap(({ command, argument }) => (argument === null || next.has(command) ? [] : [`    ${quoted(command)}) COMPREPLY=($(${compgen(argument)})) ;;`])).join('\n')}
  esac
}
complete -o filenames -F _anneal anneal
`
}

/** The words of one kind, as zsh adds them. */
function compadd(words: Words): string {
  if (words === 'file') return '_files'
  if (words === 'run') return 'compadd -- ${(f)"$(_anneal_runs)"}'
  return words === 'text' ? "_message 'a text'" : `compadd -- ${words.map(quoted).join(' ')}`
}

/** Words with what they mean, as \`_describe\` takes them. */
const described = (words: readonly { word: string; summary: string }[]) =>
  words.map(({ word, summary }) => quoted(`${word.replaceAll(':', '\\:')}:${summary}`)).join(' ')

function zshScript(commands: readonly Completed[]): string {
  const next = nextWords(commands)
  const paths = [...new Set([...commands.map(({ command }) => command), ...next.keys()])].filter(Boolean)
  const values = valueCases(commands, (takes) => compadd(takes))
  return `#compdef anneal
# zsh completion for anneal: put it as _anneal into a folder of $fpath, or source it after compinit
_anneal_runs() { ${RUNS} }
_anneal() {
  local line='' word
  local -a choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word == -* ]] && continue
    case "\${line:+$line }$word" in
      ${paths.map((path) => `(${quoted(path)})`).join('|')}) line="\${line:+$line }$word" ;;
      *) break ;;
    esac
  done
  case "$line \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    case "$line" in
${commands.map((one) => `      ${quoted(one.command)}) choices=(${described(one.flags.map(({ name, summary }) => ({ word: `--${name}`, summary })))}) ;;`).join('\n')}
    esac
    _describe -o flag choices
    return
  fi
  case "$line" in
${[...next].map(([before, words]) => `    ${quoted(before)}) choices=(${described(words)}); _describe command choices ;;`).join('\n')}
${commands.flatMap(({ command, argument }) => (argument === null || next.has(command) ? [] : [`    ${quoted(command)}) ${compadd(argument)} ;;`])).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _anneal "$@"; else compdef _anneal anneal; fi
`
}

function fishScript(commands: readonly Completed[]): string {
  const next = nextWords(commands)
  const words = (kind: Words) =>
    kind === 'file'
      ? '-r -F'
      : kind === 'run'
        ? "-x -a '(__anneal_runs)'"
        : kind === 'text'
          ? '-x'
          : `-x -a ${fishQuoted(kind.join(' '))}`
  const lines = [
    ...[...next].flatMap(([before, choices]) =>
      choices.map(
        ({ word, summary }) =>
          `complete -c anneal -f -n ${fishQuoted(`__anneal_at "${before}"`)} -a ${fishQuoted(word)} -d ${fishQuoted(summary)}`,
      ),
    ),
    ...commands.flatMap(({ command, flags, argument }) => [
      ...flags.map(({ name, short, summary, takes }) =>
        [
          `complete -c anneal -n ${fishQuoted(`__anneal_in "${command}"`)} -l ${name}`,
          ...(short ? [`-s ${short}`] : []),
          ...(takes === null ? [] : [words(takes)]),
          `-d ${fishQuoted(summary)}`,
        ].join(' '),
      ),
      ...(argument === null || next.has(command)
        ? []
        : [
            `complete -c anneal -n ${fishQuoted(`__anneal_in "${command}"`)} ${
              argument === 'text'
                ? '-f'
                : words(argument)
                    .replace(/^-x|^-r/, '-f')
                    .replace('-f -F', '-F')
            }`,
          ]),
    ]),
  ]
  return `# fish completion for anneal: put it into ~/.config/fish/completions/anneal.fish
function __anneal_runs
    command ls -- (git rev-parse --show-toplevel 2>/dev/null)/.anneal/runs 2>/dev/null
end
function __anneal_words
    string match -v -- '-*' (commandline -opc)[2..]
end
function __anneal_at
    set -l words (string join ' ' (__anneal_words))
    test "$words" = "$argv[1]"
end
function __anneal_in
    string match -q -- "$argv[1] *" (string join ' ' (__anneal_words))' '
end
complete -c anneal -f
${lines.join('\n')}
`
}

const fishQuoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

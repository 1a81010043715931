import { styleText } from 'node:util'

/** How text is shown: `width` in columns, infinite where nothing bounds it; `now` in milliseconds since 1970, null where times are told in full. */
export type Look = { width: number; colour: boolean; links: boolean; now: number | null }

/** In a pipe: whole lines, no colour, no links. */
export const PLAIN: Look = { width: Number.POSITIVE_INFINITY, colour: false, links: false, now: null }

export type Style = 'good' | 'bad' | 'quiet' | 'strong' | 'warn' | 'place'
const STYLES: Readonly<Record<Style, Parameters<typeof styleText>[0]>> = {
  good: 'green',
  bad: 'red',
  quiet: 'dim',
  strong: 'bold',
  warn: 'yellow',
  place: 'cyan',
}

type Environment = Readonly<Record<string, string | undefined>>

/** How a stream is written to. NO_COLOR, FORCE_COLOR and FORCE_HYPERLINK are honoured (no-color.org, force-color.org). */
export function lookOf(
  { isTTY = false, columns }: { isTTY?: boolean | undefined; columns?: number | undefined },
  environment: Environment,
  now: number,
): Look {
  const dumb = environment.TERM === 'dumb'
  const forced = environment.FORCE_COLOR
  const colour = environment.NO_COLOR ? false : forced !== undefined ? forced !== '0' : isTTY && !dumb
  const wish = environment.FORCE_HYPERLINK
  const links = wish !== undefined ? wish !== '0' && wish !== '' : isTTY && !dumb && linksIn(environment)
  return { width: isTTY ? (columns ?? 80) : Number.POSITIVE_INFINITY, colour, links, now: isTTY ? now : null }
}

/** Terminals that are known to follow OSC 8. A multiplexer or CI in between may not pass it on. */
function linksIn({
  TMUX,
  STY,
  CI,
  TERM_PROGRAM,
  VTE_VERSION,
  WT_SESSION,
  KONSOLE_VERSION,
  TERM = '',
}: Environment): boolean {
  if (TMUX || STY || CI) return false
  return (
    ['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper'].includes(TERM_PROGRAM ?? '') ||
    Number(VTE_VERSION ?? 0) >= 5000 ||
    Number(KONSOLE_VERSION ?? 0) >= 201_200 ||
    Boolean(WT_SESSION) ||
    /^(xterm-kitty|alacritty|foot|xterm-ghostty)/.test(TERM)
  )
}

/** Text in a style, where there is colour. */
export const paint = (style: Style, text: string, { colour }: Look): string =>
  colour && text !== '' ? styleText(STYLES[style], text, { validateStream: false }) : text

/** Text that leads to a file or folder, where the terminal follows links. */
export const linked = (text: string, path: string, { links }: Look): string =>
  links
    ? `\u001b]8;;file://${path.split('/').map(encodeURIComponent).join('/')}\u001b\\${text}\u001b]8;;\u001b\\`
    : text

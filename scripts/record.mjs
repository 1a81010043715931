// Records a real session in a real terminal (tmux) and draws it as an animated SVG: node scripts/record.mjs docs/images/demo.svg
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [out = join(root, 'docs', 'images', 'demo.svg')] = process.argv.slice(2)
const [COLUMNS, ROWS, CELL, LINE] = [96, 26, 7.8, 17]
/** What is typed, and what stands on the screen when it is done. */
const SESSION = [
  ['anneal init --starter circle-packing packing && cd packing', 'anneal run'],
  ['anneal run --attempts 120 --parallel 2', 'spent '],
  ['clear && anneal status', 'What to do now'],
  ['clear && anneal apply', 'Apply it?'],
  ['y', 'merged into'],
]
const COLOURS = ['#16161e', '#f7768e', '#9ece6a', '#e0af68', '#7aa2f7', '#bb9af7', '#7dcfff', '#c0caf5']

const folder = mkdtempSync(join(tmpdir(), 'anneal-record-'))
const { OPENAI_API_KEY: _, OPENAI_BASE_URL: __, ...environment } = process.env
const tmux = (...words) =>
  execFileSync('tmux', ['-f', '/dev/null', '-L', `record-${process.pid}`, ...words], {
    encoding: 'utf8',
    env: { ...environment, TERM: 'xterm-256color' },
  })
writeFileSync(
  join(folder, 'rc'),
  `anneal() { '${process.execPath}' '${join(root, 'bin', 'run.js')}' "$@"; }\nPS1='$ '\ncd '${folder}'\nclear\n`,
)
tmux('new-session', '-d', '-x', String(COLUMNS), '-y', String(ROWS), `bash --rcfile '${join(folder, 'rc')}'`)
const frames = []
try {
  await wait(1000)
  for (const [words, done] of SESSION) {
    for (const part of words.match(/.{1,6}/g)) {
      tmux('send-keys', '-l', '--', part)
      await wait(60)
      look(0.12)
    }
    tmux('send-keys', 'Enter')
    const ends = Date.now() + 180_000
    do {
      await wait(400)
      look(0.4)
      if (Date.now() > ends) throw new Error(`"${done}" did not come up`)
    } while (!plain().includes(done) || !/\$$|\(y\/N\)$/.test(plain().trimEnd()))
    look(2.5)
  }
} finally {
  tmux('kill-server')
}
/** Bytes that the picture may take. */
const LARGEST = 120_000
const drawings = [80, 70, 60, 50, 40, 30, 20].map((most) => draw(thinned(frames, most)))
const svg = drawings.find((one) => Buffer.byteLength(one) < LARGEST) ?? drawings.at(-1)
writeFileSync(out, svg)
console.log(`${out}: ${frames.length} screens seen, ${Buffer.byteLength(svg)} bytes`)

function plain() {
  return tmux('capture-pane', '-p')
}

/** Takes the screen as it is; one that has not changed stands longer. The name of the folder is nobody's business. */
function look(seconds) {
  const text = tmux('capture-pane', '-p', '-e').replaceAll(folder, '~').trimEnd()
  const last = frames.at(-1)
  if (last?.text === text) last.seconds += seconds
  else frames.push({ text, seconds })
}

/** At most `most` frames, those left out giving their time to the one before; a wait is cut short. */
function thinned(all, most) {
  const step = Math.max(1, all.length / most)
  const kept = []
  let next = 0
  for (const [at, frame] of all.entries()) {
    const seconds = Math.min(3, frame.seconds)
    if (at >= next || at === all.length - 1) {
      kept.push({ ...frame, seconds })
      next += step
    } else kept.at(-1).seconds += Math.min(0.2, seconds)
  }
  return kept
}

/** Lines that stand in several frames are drawn once and used again. */
function draw(all) {
  const lines = new Map()
  const total = all.reduce((sum, { seconds }) => sum + seconds, 0)
  let at = 0
  const drawn = all.map(({ text, seconds }, number) => {
    const uses = text.split('\n').flatMap((line, row) => {
      if (line.trim() === '') return []
      if (!lines.has(line)) lines.set(line, `l${lines.size.toString(36)}`)
      return [`<use href="#${lines.get(line)}" y="${(row + 1) * LINE}"/>`]
    })
    const [from, to] = [(100 * at) / total, (100 * (at + seconds)) / total]
    at += seconds
    const keys =
      number === all.length - 1
        ? `0%{visibility:hidden}${from.toFixed(2)}%,100%{visibility:visible}`
        : `0%{visibility:hidden}${from.toFixed(2)}%{visibility:visible}${to.toFixed(2)}%,100%{visibility:hidden}`
    return {
      group: `<g class="f" style="animation-name:k${number}">${uses.join('')}</g>`,
      keys: `@keyframes k${number}{${keys}}`,
    }
  })
  const [width, height] = [COLUMNS * CELL + 24, ROWS * LINE + 28]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height}" role="img" aria-label="A recording: Anneal improves a circle packing, shows the run at a glance and merges the best attempt">
<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:${COLOURS[7]};white-space:pre}.b{font-weight:700}.d{opacity:.6}${COLOURS.map((colour, number) => `.c${number}{fill:${colour}}`).join('')}
.f{visibility:hidden;animation:${total.toFixed(1)}s step-end infinite}.f:last-child{visibility:visible}${drawn.map(({ keys }) => keys).join('')}
@media(prefers-reduced-motion:reduce){.f{animation:none}}</style>
<rect width="100%" height="100%" rx="8" fill="#1a1b26"/>
<defs>${[...lines].map(([line, id]) => `<text id="${id}">${spans(line)}</text>`).join('\n')}</defs>
<g transform="translate(12 8)">${drawn.map(({ group }) => group).join('\n')}</g>
</svg>
`
}

/** One line with its SGR codes as spans, each at its own column. */
function spans(line) {
  let [column, style] = [0, { colour: null, bold: false, dim: false, inverse: false }]
  let text = ''
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1]
    if (codes !== undefined) {
      style = styled(style, codes.split(';').map(Number))
      continue
    }
    const trimmed = part.replace(/^ +/, '')
    const start = column + part.length - trimmed.length
    column += [...part].length
    if (trimmed.trim() === '') continue
    const names = [style.bold ? 'b' : '', style.dim ? 'd' : '', style.colour === null ? '' : `c${style.colour}`]
      .filter(Boolean)
      .join(' ')
    const shown = trimmed.trimEnd().replaceAll('&', '&amp;').replaceAll('<', '&lt;')
    text += `<tspan x="${Number((start * CELL).toFixed(1))}" textLength="${Number(([...trimmed.trimEnd()].length * CELL).toFixed(1))}"${names ? ` class="${names}"` : ''}>${shown}</tspan>`
  }
  return text
}

function styled(before, codes) {
  const next = { ...before }
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]
    if (code === 0) Object.assign(next, { colour: null, bold: false, dim: false })
    else if (code === 1) next.bold = true
    else if (code === 2) next.dim = true
    else if (code === 22) Object.assign(next, { bold: false, dim: false })
    else if (code >= 30 && code <= 37) next.colour = code - 30
    else if (code >= 90 && code <= 97) next.colour = code - 90
    else if (code === 39) next.colour = null
    else if (code === 38) at += codes[at + 1] === 5 ? 2 : 4
  }
  return next
}

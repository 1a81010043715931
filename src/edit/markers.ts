import type { Syntax } from '../syntax/syntax.ts'
import type { Applied } from './apply-blocks.ts'

const [START, END] = ['EVOLVE-BLOCK-START', 'EVOLVE-BLOCK-END']

/** The spans between EVOLVE-BLOCK-START and EVOLVE-BLOCK-END, the lines of the markers left out; null where a text has none. A block that is not ended goes to the end. */
export function blocksOf(text: string): { from: number; to: number }[] | null {
  const blocks: { from: number; to: number }[] = []
  let [open, at]: [number | null, number] = [null, 0]
  for (const line of text.split(/(?<=\n)/)) {
    if (open === null && line.includes(START)) open = at + line.length
    else if (open !== null && line.includes(END)) {
      blocks.push({ from: open, to: at })
      open = null
    }
    at += line.length
  }
  if (open !== null) blocks.push({ from: open, to: text.length })
  return blocks.length > 0 ? blocks : null
}

/** What may not change of a text with markers: all that stands outside of its blocks. Null where it has none. */
function frozenPart(text: string): string | null {
  const blocks = blocksOf(text)
  if (!blocks) return null
  const ends = [0, ...blocks.map(({ to }) => to)]
  const starts = [...blocks.map(({ from }) => from), text.length]
  return starts.map((start, index) => text.slice(ends[index], start)).join('\0')
}

/** Whether a text that had markers was changed outside of them, by taking the markers away or adding others too. */
export function changedOutside(before: string, after: string | null): boolean {
  const frozen = frozenPart(before)
  return frozen !== null && (after === null || frozenPart(after) !== frozen)
}

/** The syntax of a file as far as it may change: where it bears markers, what stands in its blocks. */
export function changeable(file: Syntax): Syntax {
  const blocks = blocksOf(file.text)
  if (!blocks) return file
  const within = ({ from, to }: { from: number; to: number }) =>
    blocks.some((block) => from >= block.from && to <= block.to)
  return {
    ...file,
    literals: file.literals.filter(within),
    statements: file.statements.filter(within),
    operators: file.operators.filter(within),
  }
}

/** The edits, or why they reach outside of the markers of the files that stood before. */
export function within(standing: ReadonlyMap<string, string> | null, applied: Applied): Applied {
  if (!standing || 'problems' in applied) return applied
  const problems = [...applied.files].flatMap(([path, text]) =>
    changedOutside(standing.get(path) ?? '', text)
      ? [
          `${path}: only what stands between EVOLVE-BLOCK-START and EVOLVE-BLOCK-END may change; keep all else as it is.`,
        ]
      : [],
  )
  return problems.length > 0 ? { problems } : applied
}

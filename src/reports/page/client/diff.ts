import { element } from './element.ts'
import { plural } from './text.ts'

/** Lines of a diff that are shown at once. */
const LINES = 1200

type Kind = 'file' | 'place' | 'added' | 'removed' | 'same' | 'meta'

/** A unified diff, coloured; in a line that replaces another, what differs stands out. */
export function diffView(text: string, name: string): HTMLElement {
  if (text.trim() === '') return element('p', { class: 'empty' }, 'No difference.')
  const all = text.replace(/\n$/, '').split('\n')
  const lines = all.slice(0, LINES)
  const kinds = kindsOf(lines)
  const view = element('div', { class: 'diff', role: 'region', tabindex: 0, 'aria-label': name })
  for (let at = 0; at < lines.length; at++) {
    // A run of removed lines and a run of added ones as long: pairs.
    const removed = runOf(kinds, at, 'removed')
    const added = removed > 0 ? runOf(kinds, at + removed, 'added') : 0
    if (removed > 0 && removed === added) {
      const pairs = Array.from({ length: removed }, (_, one) =>
        changed(lines[at + one] ?? '', lines[at + removed + one] ?? ''),
      )
      for (const [before] of pairs) view.append(line('removed', before))
      for (const [, after] of pairs) view.append(line('added', after))
      at += removed + added - 1
      continue
    }
    const kind = kinds[at] ?? 'same'
    if (kind !== 'meta') view.append(line(kind, [kind === 'file' ? fileName(lines[at] ?? '') : (lines[at] ?? '')]))
  }
  if (all.length > lines.length)
    view.append(element('p', { class: 'note' }, `${plural(all.length - lines.length, 'more line')} not shown.`))
  return view
}

const line = (kind: Kind, parts: (string | HTMLElement)[]) =>
  element('div', { class: `code ${kind}` }, parts.every((part) => part === '') ? ' ' : parts)

function kindsOf(lines: readonly string[]): Kind[] {
  let head = true
  return lines.map((one) => {
    if (one.startsWith('diff --git ')) {
      head = true
      return 'file'
    }
    if (one.startsWith('@@')) {
      head = false
      return 'place'
    }
    if (head) return 'meta'
    if (one.startsWith('+')) return 'added'
    if (one.startsWith('-')) return 'removed'
    return one.startsWith('\\') ? 'meta' : 'same'
  })
}

const fileName = (head: string) => / b\/(.*)$/.exec(head)?.[1] ?? head

function runOf(kinds: readonly Kind[], from: number, kind: Kind): number {
  let length = 0
  while (kinds[from + length] === kind) length++
  return length
}

/** Two lines with what differs between their common start and end put into marks; none where they have little in common. */
function changed(before: string, after: string): [(string | HTMLElement)[], (string | HTMLElement)[]] {
  let start = 1
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  const most = Math.min(before.length, after.length) - start
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  // Whole numbers and names are marked, not digits of them.
  while (start > 1 && /\w/.test(before[start - 1] ?? '')) start--
  while (end > 0 && /\w/.test(before[before.length - end] ?? '')) end--
  if (start - 1 + end < 0.3 * Math.max(before.length, after.length)) return [[before], [after]]
  const parts = (text: string) => [
    text.slice(0, start),
    element('mark', {}, text.slice(start, text.length - end)),
    text.slice(text.length - end),
  ]
  return [parts(before), parts(after)]
}

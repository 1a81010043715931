import type { Learned } from '../records/learned.ts'
import { safe } from './plain.ts'

/** Entries of a list that a person reads. */
const SHOWN = 20

/** What came of learning, for a person. */
export function learnedText(all: readonly Learned[], dryRun: boolean): string {
  return safe(all.map((one) => sourceText(one, dryRun)).join('\n\n'))
}

function sourceText(
  { source, at, files, added, replaced, merged, removed, skipped, redacted }: Learned,
  dryRun: boolean,
): string {
  if (at === null) return `${source}: not learned. ${skipped.map(({ why }) => why).join(' ')}`
  const pages = [
    `${added.length} pages ${dryRun ? 'would be added' : 'added'}`,
    `${replaced.length} replaced`,
    `${merged.length} merged`,
    `${removed.length} removed`,
  ].join(', ')
  const lists: [string, string[]][] = [
    ['added', added],
    ['replaced', replaced],
    ['merged', merged.map(({ page, into, by }) => `${page} into ${into}${by === 'model' ? ' (by the model)' : ''}`)],
    ['removed', removed],
    ['skipped', skipped.map(({ what, why }) => `${what}: ${why}`)],
    ['secrets blackened', redacted.map(({ what, kinds }) => `${what}: ${kinds.join(', ')}`)],
  ]
  return [
    `${source} (${at.slice(0, 10)}): ${pages}`,
    `  files: ${files.read} read, ${files.unchanged} unchanged, ${files.gone} gone, ${skipped.length} skipped`,
    ...lists.flatMap(([name, entries]) => listText(name, entries)),
  ].join('\n')
}

function listText(name: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return []
  const more = entries.length - SHOWN
  return [
    `  ${name}:`,
    ...entries.slice(0, SHOWN).map((entry) => `    ${entry}`),
    ...(more > 0 ? [`    and ${more} more (--json names them all)`] : []),
  ]
}

import { safe } from './plain.ts'

type Report = {
  format: string
  source: string
  folder: string
  files: number
  notes: readonly string[]
  missing: readonly string[]
}

/** What `import` tells a person: what was understood, what was not carried over, and how to go on. */
export function importText({ format, source, folder, files, notes, missing }: Report, cd: string): string {
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  - ${line}`)]
  return safe(
    [
      `Made ${folder} from the ${format} task ${source}: ${files} files, committed.`,
      ...list('Understood:', notes),
      ...list('Not carried over:', missing),
      '',
      ...(cd === '' ? [] : [`  cd ${cd}`]),
      '  anneal check',
      '  anneal run',
    ].join('\n'),
  )
}

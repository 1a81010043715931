import { safe } from './plain.ts'

/** One remark that GitHub shows beside a job. */
export type Annotation = { level: 'notice' | 'warning' | 'error'; title: string; text: string }

/** Remarks as GitHub's workflow commands, one a line. What they quote cannot end a command or begin another. */
export const annotationsText = (annotations: readonly Annotation[]): string =>
  annotations.map(({ level, title, text }) => `::${level} title=${property(title)}::${escaped(text)}\n`).join('')

const escaped = (text: string) => safe(text).trim().replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')

const property = (text: string) => escaped(text).replace(/:/g, '%3A').replace(/,/g, '%2C')

import type { Idea } from './idea.ts'

/** What an idea or an edit is told about the run: texts, each bounded, in the order in which prompts hold them. */
export type Brief = {
  goal: string
  measure: string
  knowledge: string
  context: string
  /** What earlier attempts found out about the program. */
  claims: string
  lessons: string
  history: string
  parents: string
  files: string
  feedback: string
  siblings: string
  hints: string
  operator: string
  instruction: string
  left: string
  editable: string
  /** Ids of the pages and lessons in it. */
  shown: string[]
}

/** What a step is about, so that it is shown what is relevant to it; `room` bounds the characters of the program that are shown. */
export type Focus = { idea: Idea; room?: number }

/** Fences material of any origin, so that a prompt can tell it from instructions. */
export const material = (text: string): string => fenced('DATA', text)

/** Fences what the person who runs Anneal says to a model. */
export const personal = (text: string): string => fenced('PERSON', text)

/** Neither fence can be ended or begun within either: material cannot pass for the person's words. */
const fenced = (mark: 'DATA' | 'PERSON', text: string): string =>
  `<<<${mark}\n${text.replace(/(DATA|PERSON)>>>/g, '$1> >>').replace(/<<<(DATA|PERSON)/g, '< <<$1')}\n${mark}>>>`

import type { Change } from './change.ts'

export const APPLY_WAYS = ['merge', 'squash', 'files', 'patch'] as const
/** A merge commit; a squash left staged; the files of the work tree alone; a patch, written and not applied. */
export type ApplyWay = (typeof APPLY_WAYS)[number]

/** What bringing a commit to the user's branch would do. `hindrance` says why it cannot be done as things stand. */
export type Preview = {
  files: Change['files']
  /** Commits that the branch has got since the run's base. */
  moved: number
  /** The branch holds all of it already. */
  held: boolean
  hindrance: { what: string; why: string; fix: string } | null
}

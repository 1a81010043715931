/** A repository as `init` sees it: its files, and the texts of those that say how it is built, tested and measured. */
export type Seen = { files: readonly string[]; texts: ReadonlyMap<string, string> }

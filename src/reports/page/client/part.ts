import type { Detail, PageData } from '../shape.ts'

/** Where the page gets what it shows: from the file that it stands in, or from a server. */
export type Source = {
  load(): Promise<PageData>
  /** One attempt whole; null where it was left out. */
  detail(attempt: number): Promise<Detail | null>
  /** The real diff between two attempts' commits; absent where nobody can be asked for it. */
  compare?(from: number, to: number): Promise<string | null>
  /** Tells whatever has changed, as the whole run anew; gives a function that ends it. Absent where nothing changes. */
  follow?(told: (data: PageData) => void): () => void
}

/** A part of the page: an element, and how it takes in the run as it stands now. */
export type Part = { node: HTMLElement; update(data: PageData): void }

/** What parts ask of the page. */
export type Seat = {
  source: Source
  /** Shows an attempt whole. */
  open(attempt: number): void
  /** Shows two attempts beside each other. */
  compare(from: number, to: number): void
}

import type { Kind } from './kinds.ts'

/** One file of a source, not yet read. `digest` where it is known without reading. */
export type SourceFile = {
  path: string
  kind: Kind
  /** The date of this file where it has one of its own, else that of the source. */
  at?: string
  digest?: string
  read(): Promise<Uint8Array>
}

export type Skipped = { what: string; why: string }

/** An address without the name and password that it may hold. */
export const withoutPassword = (address: string): string => address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/i, '$1')

import type { FileEdit } from "./blocks.ts"
export function applyEdits(_f: ReadonlyMap<string, string>, _e: FileEdit[], _a: (path: string) => boolean): { files: Map<string, string> } | { problems: string[] } { return { problems: [] } }

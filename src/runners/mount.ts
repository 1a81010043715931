import { sep } from 'node:path'

/** One place in the sandbox's tree. `size` is in bytes; `source` of a link is what it says. */
export type Mount =
  | { kind: 'read' | 'write' | 'device' | 'link'; path: string; source: string }
  | { kind: 'memory'; path: string; size: number }
  | { kind: 'empty'; path: string; isFile: boolean }
  | { kind: 'folder'; path: string }

/** True where `path` is `top` or lies below it. */
export function within(path: string, top: string): boolean {
  return path === top || path.startsWith(top === sep ? sep : top + sep)
}

/** Empty folders become read-only only when everything is mounted, for there may be mounts below them. */
export function isEmptyFolder(mount: Mount): boolean {
  return mount.kind === 'empty' && !mount.isFile
}

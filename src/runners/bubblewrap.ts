import type { Identity } from './identity.ts'
import { NOBODY, dropTo } from './identity.ts'
import type { Mount } from './mounts.ts'

export type Walls = {
  mounts: readonly Mount[]
  folder: string
  network: boolean
  identity: Identity
  /** A fresh /proc: not to be had in most containers. */
  proc: boolean
}

/** The descriptor on which bubblewrap says that the command started. It is closed before the command does. */
export const STATUS_FD = 4

/** The command line that runs `inner` behind bubblewrap's walls. */
export function bubblewrapCommand(walls: Walls, inner: readonly string[]): string[] {
  const { mounts, folder, network, identity, proc } = walls
  const asRoot = identity.kind === 'inside'
  const before =
    identity.kind === 'before' ? ['setpriv', ...dropTo(identity.uid).slice(1).filter((word) => word !== '--bounding-set=-all')] : []
  return [
    ...before,
    'bwrap',
    '--die-with-parent',
    // The shell that runs the command is process 1 and reaps; with bubblewrap's own reaper a zombie is left to
    // whoever is process 1 outside, and in a container that is Anneal.
    '--as-pid-1',
    '--new-session',
    '--json-status-fd',
    String(STATUS_FD),
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup-try',
    ...(network ? [] : ['--unshare-net']),
    ...(asRoot ? [] : ['--unshare-user', '--uid', String(NOBODY), '--gid', String(NOBODY)]),
    ...(asRoot || !proc ? [] : ['--disable-userns']),
    '--cap-drop',
    'ALL',
    ...(asRoot ? ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'].flatMap((name) => ['--cap-add', name]) : []),
    '--hostname',
    'sandbox',
    ...(proc ? ['--proc', '/proc'] : []),
    '--dev',
    '/dev',
    ...mounts.flatMap(mountWords),
    '--remount-ro',
    '/dev',
    '--remount-ro',
    '/',
    '--chdir',
    folder,
    '--',
    ...(asRoot ? dropTo(identity.uid) : []),
    ...inner,
  ]
}

function mountWords(mount: Mount): string[] {
  switch (mount.kind) {
    case 'read':
      return ['--ro-bind', mount.source, mount.path]
    case 'write':
      return ['--bind', mount.source, mount.path]
    case 'device':
      return ['--dev-bind', mount.source, mount.path]
    case 'link':
      return ['--symlink', mount.source, mount.path]
    case 'memory':
      return ['--perms', '1777', '--size', String(mount.size), '--tmpfs', mount.path]
    case 'empty':
      return mount.isFile ? ['--ro-bind', '/dev/null', mount.path] : ['--tmpfs', mount.path, '--remount-ro', mount.path]
  }
}

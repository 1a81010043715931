import { dropTo, type Identity, NOBODY } from './identity.ts'
import { isEmptyFolder, type Mount } from './mount.ts'

export type Walls = {
  mounts: readonly Mount[]
  folder: string
  network: boolean
  identity: Identity
  /** A fresh /proc: not to be had in most containers. */
  proc: boolean
}

/** The command line that runs `inner` behind bubblewrap's walls. */
export function bubblewrapCommand(walls: Walls, inner: readonly string[]): string[] {
  const { mounts, folder, network, identity, proc } = walls
  const asRoot = identity.kind === 'inside'
  return [
    ...(identity.kind === 'before' ? dropTo(identity.uid) : []),
    'bwrap',
    '--die-with-parent',
    // The shell that runs the command is process 1 and reaps; with bubblewrap's own reaper a zombie is left to
    // whoever is process 1 outside, and in a container that is Anneal.
    '--as-pid-1',
    '--new-session',
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
    ...['/', '/dev', ...mounts.filter(isEmptyFolder).map(({ path }) => path)].flatMap((path) => ['--remount-ro', path]),
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
    case 'folder':
      return ['--perms', '0755', '--dir', mount.path]
    case 'empty':
      return mount.isFile ? ['--ro-bind', '/dev/null', mount.path] : ['--tmpfs', mount.path]
  }
}

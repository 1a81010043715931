import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Walls } from './bubblewrap.ts'
import { dropTo, NOBODY } from './identity.ts'
import { isEmptyFolder, type Mount, within } from './mount.ts'

/** The command line that runs `inner` in namespaces made by util-linux, for machines without bubblewrap. */
export function namespacesCommand(walls: Walls, { root, inner }: { root: string; inner: readonly string[] }): string[] {
  const { network, identity } = walls
  const asRoot = identity.kind === 'inside'
  const last = asRoot
    ? dropTo(identity.uid)
    : // A second user namespace: the first one's root is the person, the second knows only `nobody`, who may nothing.
      ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--', 'setpriv', '--no-new-privs', '--']
  return [
    ...(identity.kind === 'before' ? dropTo(identity.uid) : []),
    'unshare',
    ...(asRoot ? [] : ['--map-root-user']),
    ...['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child'],
    ...(network ? [] : ['--net']),
    '--',
    '/bin/sh',
    '-c',
    script(walls, root),
    'sh',
    ...last,
    ...inner,
  ]
}

/** Builds the tree in `root`, makes it the root, and becomes the command that stands in "$@". */
function script({ mounts, folder }: Walls, root: string): string {
  const mounted = mountPoints()
  const inside = (path: string): string => quote(join(root, path))
  return [
    'set -e',
    'umask 022',
    'bind() { if [ -d "$1" ]; then mkdir -p "$2"; else mkdir -p "$(dirname "$2")"; [ -e "$2" ] || : > "$2"; fi; mount --rbind "$1" "$2"; }',
    'seal() { mount -o remount,bind,ro,nosuid,nodev "$1"; }',
    `memory() { mkdir -p "$1"; mount -t tmpfs -o "nosuid,nodev,mode=$2,size=$3" sandbox "$1"; }`,
    `memory ${quote(root)} 755 1m`,
    `mkdir ${inside('/proc')} ${inside('/dev')} ${inside('/.old')}`,
    `mount -t proc -o nosuid,nodev,noexec proc ${inside('/proc')}`,
    `mount -t tmpfs -o nosuid,mode=755,size=64k sandbox ${inside('/dev')}`,
    `for name in null zero full random urandom tty; do bind /dev/$name ${inside('/dev')}/$name; done`,
    `for link in fd: stdin:/0 stdout:/1 stderr:/2; do ln -s "/proc/self/fd\${link#*:}" ${inside('/dev')}/"\${link%%:*}"; done`,
    ...mounts.flatMap((mount) => mountLines(mount, inside(mount.path), mounted)),
    ...['/dev', ...mounts.filter(isEmptyFolder).map(({ path }) => path)].map((path) => readOnly(inside(path))),
    'ip link set lo up 2>/dev/null || :',
    `cd ${quote(root)}`,
    'pivot_root . .old',
    'cd /',
    'umount -l /.old',
    readOnly('/'),
    `cd ${quote(folder)}`,
    'exec "$@"',
  ].join('\n')
}

function readOnly(path: string): string {
  return `mount -o remount,bind,ro,nosuid ${path}`
}

function mountLines(mount: Mount, at: string, mounted: readonly string[]): string[] {
  switch (mount.kind) {
    case 'read': {
      // What is mounted below it comes along and must become read-only too.
      const below = mounted.filter((point) => point !== mount.source && within(point, mount.source))
      const seals = below.map((point) => `seal ${at}${quote(point.slice(mount.source.length))}`)
      return [`bind ${quote(mount.source)} ${at}`, `seal ${at}`, ...seals]
    }
    case 'write':
    case 'device':
      return [`bind ${quote(mount.source)} ${at}`]
    case 'link':
      return [`ln -s ${quote(mount.source)} ${at}`]
    case 'memory':
      return [`memory ${at} 1777 ${mount.size}`]
    case 'folder':
      return [`mkdir -p ${at}`]
    case 'empty':
      return [mount.isFile ? `bind /dev/null ${at}` : `memory ${at} 755 64k`]
  }
}

/** Where something is mounted on this machine. */
function mountPoints(): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')
  return lines.map((line) =>
    (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    ),
  )
}

/** One word of a shell's. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

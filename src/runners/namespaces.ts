import { join } from 'node:path'
import type { Walls } from './bubblewrap.ts'
import { dropTo, NOBODY } from './identity.ts'
import { isEmptyFolder, type Mount } from './mounts.ts'

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
  const inside = (path: string): string => quote(join(root, path))
  return [
    'set -e',
    // Everything below a mounted folder becomes read-only too, not only its top.
    `bind() {
      if [ -d "$1" ]; then mkdir -p "$2"; else mkdir -p "\${2%/*}"; [ -e "$2" ] || : > "$2"; fi
      mount --rbind "$1" "$2"
      [ "$3" = ro ] || return 0
      while read -r _ _ _ _ point _; do
        point=$(printf %b "$(printf %s "$point" | sed 's/\\\\\\([0-7]\\)/\\\\0\\1/g')")
        case "$point" in "$2"|"$2"/*) mount -o remount,bind,ro,nosuid,nodev "$point";; esac
      done < /proc/self/mountinfo
    }`,
    `memory() { mkdir -p "$1"; mount -t tmpfs -o "nosuid,nodev,mode=$2,size=$3" sandbox "$1"; }`,
    `memory ${quote(root)} 755 1m`,
    `mkdir ${inside('/proc')} ${inside('/dev')} ${inside('/.old')}`,
    `mount -t proc -o nosuid,nodev,noexec proc ${inside('/proc')}`,
    `mount -t tmpfs -o nosuid,mode=755,size=64k sandbox ${inside('/dev')}`,
    `for name in null zero full random urandom tty; do bind /dev/$name ${inside('/dev')}/$name rw; done`,
    `for link in fd: stdin:/0 stdout:/1 stderr:/2; do ln -s "/proc/self/fd\${link#*:}" ${inside('/dev')}/"\${link%%:*}"; done`,
    ...mounts.map((mount) => mountLine(mount, inside(mount.path))),
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

function mountLine(mount: Mount, at: string): string {
  switch (mount.kind) {
    case 'read':
      return `bind ${quote(mount.source)} ${at} ro`
    case 'write':
    case 'device':
      return `bind ${quote(mount.source)} ${at} rw`
    case 'link':
      return `ln -s ${quote(mount.source)} ${at}`
    case 'memory':
      return `memory ${at} 1777 ${mount.size}`
    case 'empty':
      return mount.isFile ? `bind /dev/null ${at} rw` : `memory ${at} 755 64k`
  }
}

/** One word of a shell's. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

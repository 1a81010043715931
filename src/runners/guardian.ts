import { spawn } from 'node:child_process'

const SCRIPT = `
read -r _
rounds=0
while [ $rounds -lt 100 ]; do
  found=
  for file in $(grep -slF "$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}" 2>/dev/null && found=1
  done
  [ -n "$found" ] || exit 0
  rounds=$((rounds + 1))
  sleep 0.02
done`

let started = false

/**
 * A small shell that outlives this process and then kills every process that bears the prefix. Nothing else reaches
 * a daemon of a plain job when Anneal is killed with `kill -9`. It waits on a pipe that only this process holds open.
 */
export function startGuardian(prefix: string): void {
  if (started || process.platform !== 'linux') return
  started = true
  const guardian = spawn('/bin/sh', ['-c', SCRIPT, 'sh', `${prefix}.`], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guardian.on('error', () => {})
  guardian.on('exit', () => {
    started = false
  })
  guardian.stdin.on('error', () => {})
  guardian.unref()
  if ('unref' in guardian.stdin && typeof guardian.stdin.unref === 'function') guardian.stdin.unref()
}

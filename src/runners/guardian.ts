import { spawn } from 'node:child_process'

/** It looks three times more after it found nothing: a process just forked shows its mark only once it runs its program. */
const SCRIPT = `
read -r _
rounds=0
quiet=0
while [ $rounds -lt 100 ] && [ $quiet -lt 3 ]; do
  quiet=$((quiet + 1))
  for file in $(grep -slF "$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}" 2>/dev/null && quiet=0
  done
  rounds=$((rounds + 1))
  sleep 0.05
done
rm -rf --one-file-system -- "$2"`

let started = false

/**
 * A small shell that outlives this process and then kills every process that bears the prefix and removes the scratch folder. Nothing else reaches
 * a daemon of a plain job when Anneal is killed with `kill -9`. It waits on a pipe that only this process holds open.
 */
export function startGuardian(prefix: string, scratch: string): void {
  if (started || process.platform !== 'linux') return
  started = true
  const guardian = spawn('/bin/sh', ['-c', SCRIPT, 'sh', `${prefix}.`, scratch], {
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

/** A durable step is about to be taken, or has been. */
export type FaultPoint = (name: string) => void

/**
 * For tests of what survives: `ANNEAL_FAULT=kill:N` ends this process with SIGKILL at the Nth durable step, `full:N` lets that step fail as on a full disk, and
 * `full:N+` it and all after it. Anything else does nothing.
 */
export function faultPoints(setting: string | undefined): FaultPoint {
  const [, kind, count, forever] = /^(kill|full):(\d+)(\+?)$/.exec(setting ?? '') ?? []
  if (kind === undefined) return () => undefined
  let passed = 0
  return (name) => {
    passed++
    const due = forever ? passed >= Number(count) : passed === Number(count)
    if (!due) return
    if (kind === 'kill') process.kill(process.pid, 'SIGKILL')
    throw Object.assign(new Error(`ENOSPC: no space left on device (at ${name})`), { code: 'ENOSPC' })
  }
}

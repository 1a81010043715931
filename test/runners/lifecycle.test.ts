import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TIERS } from '../../src/records/execution.ts'
import { long } from '../support/long.ts'
import { eventually, jobAt, type Place, place, processesWith, strangeSleep, suite, type Wish } from './support.ts'

const PARENT = join(import.meta.dirname, 'parent.ts')
const STRANGER = 4242

/** Runs the parent program to its end, inside other words if need be, and gives its lines. */
function parent(ask: object, around: readonly string[] = [], env: NodeJS.ProcessEnv = process.env) {
  const [file = '', ...words] = [...around, process.execPath, PARENT, JSON.stringify(ask)]
  const ended = spawnSync(file, words, { encoding: 'utf8', env, timeout: 60_000 })
  if (ended.status !== 0) throw new Error(`${ended.status} ${ended.stderr}`)
  return ended.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

suite('Anneal killed with kill -9', ['linux', 'bwrap', 'unshare'], () => {
  const daemons = (sleep: string): string => `setsid sh -c 'setsid sleep ${sleep} & sleep ${sleep}' & sleep ${sleep}`
  for (const [tier, sandboxed] of [
    ['bubblewrap', true],
    ['bubblewrap-without-proc', true],
    ['namespaces', true],
    ['none', true],
    ['none', false],
  ] as const) {
    test(`leaves no process of a ${sandboxed ? `sandboxed job on ${tier}` : 'plain job'}`, async () => {
      const sleep = strangeSleep()
      const job = jobAt(place(), { command: daemons(sleep), sandboxed })
      const anneal = spawn(process.execPath, [PARENT, JSON.stringify({ tier, job })], { stdio: 'ignore' })
      // The command's own text holds the number too: it counts from when a sleep runs.
      expect(await eventually(() => processesWith(`sleep\0${sleep}`).length >= 2, 8000)).toBe(true)
      anneal.kill('SIGKILL')
      expect(await eventually(() => processesWith(sleep).length === 0)).toBe(true)
    })
  }

  long(
    'at any moment of a launch',
    async () => {
      const sleep = strangeSleep()
      const job = jobAt(place(), { command: daemons(sleep) })
      const kills = Array.from({ length: 24 }, (_, index) => index)
      for (const index of kills) {
        const anneal = spawn(process.execPath, [PARENT, JSON.stringify({ tier: 'bubblewrap', job })], {
          stdio: 'ignore',
        })
        await eventually(() => processesWith(sleep).some((pid) => pid !== anneal.pid), 8000)
        await new Promise((resolve) => setTimeout(resolve, index / 3))
        anneal.kill('SIGKILL')
      }
      expect(await eventually(() => processesWith(sleep).length === 0)).toBe(true)
    },
    60_000,
  )
})

suite('many launches', ['linux', 'bwrap', 'unshare', 'root'], () => {
  const wishes: readonly Wish[] = [
    { command: "(setsid sh -c 'sleep 30 & sleep 30 &' &); true" },
    { command: 'sleep 30', timeout: 0.05 },
  ]
  for (const tier of ['bubblewrap', 'namespaces'] as const) {
    long(
      `leave no zombies on ${tier}, also where Anneal is process 1`,
      () => {
        for (const wish of wishes) {
          const ask = { tier, job: jobAt(place(), wish), times: 25 }
          for (const around of [[], ['unshare', '--pid', '--fork', '--mount-proc', '--']]) {
            const lines = parent(ask, around)
            expect(lines).toHaveLength(25)
            // The guardian is the one child that stays.
            expect(lines.at(-1).children).toBeLessThanOrEqual(1)
          }
        }
      },
      60_000,
    )
  }
})

suite('a person who is not root', ['linux', 'bwrap', 'unshare', 'root', 'setpriv'], () => {
  const asStranger = ['setpriv', '--reuid', `${STRANGER}`, '--regid', `${STRANGER}`, '--clear-groups', '--']
  const home = (here: Place): NodeJS.ProcessEnv => ({ ...process.env, HOME: here.top, TMPDIR: tmpdir() })
  const theirs = (): Place => {
    const here = place()
    for (const path of [here.top, here.folder, here.out]) chownSync(path, STRANGER, STRANGER)
    return here
  }

  for (const tier of TIERS.slice(0, 3)) {
    test(`is guarded by ${tier}`, () => {
      const here = theirs()
      expect(parent({ tier, attack: true }, asStranger, home(here))).toEqual([null])
      const command = 'id -u; cat /proc/self/status; touch "$OUT/x" && echo wrote; unshare --user true && echo NESTED'
      const [ran] = parent({ tier, job: jobAt(here, { command }) }, asStranger, home(here))
      expect(ran.output).toContain('65534\n')
      expect(ran.output).toContain('wrote')
      expect(existsSync(join(here.out, 'x'))).toBe(true)
      if (tier === 'bubblewrap') expect(ran.output).not.toContain('NESTED')
      if (tier !== 'bubblewrap-without-proc') expect(ran.output).toMatch(/CapEff:\s0+\n/)
    })
  }

  test('gets the best tier from the probe', () => {
    expect(parent({ probe: true }, asStranger, home(theirs()))[0]).toMatchObject({ tier: 'bubblewrap', failures: [] })
  })

  for (const tier of TIERS.slice(0, 3)) {
    test(`leaves nothing on ${tier} when Anneal is killed`, async () => {
      const here = theirs()
      const sleep = strangeSleep()
      const job = jobAt(here, { command: `setsid sh -c 'setsid sleep ${sleep} & sleep ${sleep}' & sleep ${sleep}` })
      const [file = '', ...words] = [...asStranger, process.execPath, PARENT, JSON.stringify({ tier, job })]
      const anneal = spawn(file, words, { stdio: 'ignore', env: home(here) })
      expect(await eventually(() => processesWith(`sleep\0${sleep}`).length >= 2, 8000)).toBe(true)
      anneal.kill('SIGKILL')
      expect(await eventually(() => processesWith(sleep).length === 0)).toBe(true)
    })
  }

  test('a fork bomb and a memory hog end for them too', () => {
    const here = theirs()
    const bomb = 'i=0; while [ $i -lt 100 ]; do (sleep 5 & echo up); i=$((i+1)); done'
    const [bombed] = parent(
      { tier: 'bubblewrap', job: jobAt(here, { command: bomb, processes: 30 }) },
      asStranger,
      home(here),
    )
    expect(bombed.stdoutTail.split('up').length).toBeLessThan(31)
    const hog = 'node -e "const held=[]; setInterval(() => held.push(Buffer.alloc(5e6, 1)), 5)"'
    const [hogged] = parent(
      { tier: 'bubblewrap', job: jobAt(here, { command: hog, memory: 200e6 }) },
      asStranger,
      home(here),
    )
    expect(hogged.ending).toBe('memory')
  })
})

suite('a container without the right to mount', ['linux', 'bwrap', 'root', 'setpriv'], () => {
  test('root drops the id first and bubblewrap still holds', () => {
    const around = ['setpriv', '--bounding-set', '-sys_admin', '--inh-caps=-all', '--']
    expect(parent({ tier: 'bubblewrap', attack: true }, around)).toEqual([null])
  })

  test('without user namespaces the probe falls to the uid tier and says why', () => {
    // Bubblewrap itself makes a place where no namespaces can be had.
    const drop = ['setpriv', '--bounding-set', '-sys_admin', '--inh-caps=-all', '--']
    const limit = [
      'unshare',
      '--user',
      '--map-root-user',
      'sh',
      '-c',
      'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"',
      'sh',
    ]
    const [found] = parent({ probe: true }, [...limit, ...drop])
    expect(found.tier).not.toMatch(/bubblewrap|namespaces/)
    expect(found.failures.map(({ tier }: { tier: string }) => tier).slice(0, 3)).toEqual(TIERS.slice(0, 3))
    for (const { why } of found.failures) expect(why.length).toBeGreaterThan(5)
  })
})

suite('what was handed to the sandbox', ['linux', 'root', 'bwrap'], () => {
  test('comes back owned by us, readable, with no set-uid bit', () => {
    const here = place()
    chmodSync(here.folder, 0o700)
    const command =
      'cp /bin/true "$OUT/tool"; chmod 4711 "$OUT/tool"; mkdir "$OUT/closed"; echo x > "$OUT/closed/x"; chmod 0 "$OUT/closed"'
    const [ran] = parent({ tier: 'bubblewrap', job: jobAt(here, { command }) })
    expect(ran.ending).toBe('ok')
    expect(readFileSync(join(here.out, 'closed', 'x'), 'utf8')).toBe('x\n')
    const listed = spawnSync('stat', ['-c', '%u %a', join(here.out, 'tool'), join(here.out, 'closed')], {
      encoding: 'utf8',
    })
    expect(listed.stdout).toBe('0 755\n0 755\n')
  })

  test('scratch folders are gone when Anneal ends, also when it is killed', async () => {
    const own = place()
    const env = { ...process.env, TMPDIR: own.top }
    const left = (): string => readdirSync(own.top).sort().join()
    const command = 'touch "$TMPDIR/x"; sleep 0.2'
    parent({ tier: 'bubblewrap', job: jobAt(place(), { command }) }, [], env)
    expect(await eventually(() => left() === 'folder,out')).toBe(true)
    const there = place()
    const job = jobAt(there, { command: 'touch "$TMPDIR/x" "$OUT/ready"; sleep 30', sandboxed: false })
    const anneal = spawn(process.execPath, [PARENT, JSON.stringify({ tier: 'none', job })], { stdio: 'ignore', env })
    expect(await eventually(() => existsSync(join(there.out, 'ready')), 8000)).toBe(true)
    anneal.kill('SIGKILL')
    expect(await eventually(() => left() === 'folder,out')).toBe(true)
  })
})

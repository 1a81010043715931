import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AnnealError } from '../../src/records/error.ts'
import type { Tier } from '../../src/records/execution.ts'
import { localRunner } from '../../src/runners/runner.ts'
import { probeTiers, tryTier } from '../../src/runners/sandbox.ts'
import { tierHolds } from '../../src/runners/tiers.ts'
import { jobAt, type Need, place, processesWith, run, strangeSleep, suite } from './support.ts'

const WALLED: readonly { tier: Tier; needs: readonly Need[] }[] = [
  { tier: 'bubblewrap', needs: ['linux', 'bwrap'] },
  { tier: 'bubblewrap-without-proc', needs: ['linux', 'bwrap'] },
  { tier: 'namespaces', needs: ['linux', 'unshare'] },
]

for (const { tier, needs } of WALLED) {
  suite(`the tier ${tier}`, needs, () => {
    test('holds against its canaries', async () => {
      expect(await tryTier(tier)).toBe(null)
    })

    test('cuts the network, also to this machine and to abstract sockets', async () => {
      const server = createServer((socket) => socket.destroy())
      const abstract = createServer((socket) => socket.destroy())
      const name = `\0anneal-test-${Math.random()}`
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      await new Promise<void>((resolve) => abstract.listen(name, resolve))
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : 0
      const script = `for (const target of [[${port}, '127.0.0.1'], [process.env.ABSTRACT.replace('@', '\\0')], [53, '1.1.1.1']])
        require('net').connect(...target).on('connect', () => console.log('REACHED')).on('error', (e) => console.log(e.code))`
      const environment = { SCRIPT: script, ABSTRACT: name.replace('\0', '@') }
      const ran = await run(tier, { command: 'node -e "$SCRIPT"', environment })
      server.close()
      abstract.close()
      expect(ran.stdoutTail).not.toContain('REACHED')
      expect(ran.stdoutTail.trim().split('\n')).toHaveLength(3)
    })

    test('a job may have the network where it is granted', async () => {
      const server = createServer((socket) => socket.destroy())
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : 0
      const command = `node -e "require('net').connect(${port}, '127.0.0.1').on('connect', () => console.log('REACHED'))"`
      const ran = await run(tier, { command, network: true })
      server.close()
      expect(ran.stdoutTail).toBe('REACHED\n')
    })

    test('shows no home, no secrets, no other processes', async () => {
      const secretFile = join(homedir(), `.anneal-test-${Math.random()}`)
      writeFileSync(secretFile, 'SECRET-IN-HOME', { mode: 0o600 })
      process.env.ANNEAL_TEST_KEY = 'SECRET-IN-ENV'
      try {
        const ran = await run(tier, {
          command: `env; cat '${secretFile}' /etc/shadow; cat /proc/*/environ /proc/*/cmdline; ls -a ${homedir()}; ls /etc /run /var /home; kill -0 ${process.pid} && echo KILL''ABLE`,
        })
        expect(ran.output).not.toMatch(/SECRET-IN|root:[^x]|KILLABLE|vitest/)
        expect(ran.stdoutTail).not.toMatch(/\.bashrc|\.npmrc|\.ssh/)
      } finally {
        delete process.env.ANNEAL_TEST_KEY
        rmSync(secretFile)
      }
    })

    test('the environment is the one given and little more', async () => {
      const ran = await run(tier, { command: 'env', environment: { ONE: 'two words', UMLAUT: 'ü\nx' } })
      const names = ran.stdoutTail.split('\n').flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? [])
      expect(names.sort()).toEqual([
        'ANNEAL_JOB',
        'HOME',
        'LANG',
        'LOGNAME',
        'ONE',
        'PATH',
        'PWD',
        'TMPDIR',
        'UMLAUT',
        'USER',
      ])
      expect(ran.stdoutTail).toContain('ONE=two words')
      expect(ran.stdoutTail).toContain('UMLAUT=ü\nx')
    })

    test('only the writable folders and temp can be written', async () => {
      const here = place()
      const targets = [here.folder, '/', '/usr', '/usr/src', '/etc', '/dev', '/proc/sys/kernel', '/home', here.top]
      const command = `${targets.map((path) => `touch '${path}/x' && echo 'WROTE ${path}'`).join('\n')}
        echo hello > "$OUT/artifact" && touch "$TMPDIR/x" "$HOME/x" /tmp/x /dev/shm/x && echo fine`
      const ran = await run(tier, { command }, { here })
      expect(ran.stdoutTail).toBe('fine\n')
      expect(readFileSync(join(here.out, 'artifact'), 'utf8')).toBe('hello\n')
      expect(existsSync('/tmp/x') || existsSync(join(here.top, 'x'))).toBe(false)
      expect(statSync(join(here.out, 'artifact')).uid).toBe(process.getuid?.())
    })

    test('readable paths are seen, their neighbours and hidden ones are not', async () => {
      const here = place()
      const data = join(here.top, 'data')
      mkdirSync(join(data, '.git'), { recursive: true })
      writeFileSync(join(data, 'train'), 'TRAIN')
      writeFileSync(join(data, 'answers'), 'ANSWERS')
      writeFileSync(join(data, '.git', 'config'), 'CONFIG')
      writeFileSync(join(here.top, 'holdout'), 'HOLDOUT')
      const command = `cat ${data}/train ${data}/answers ${data}/.git/config ${here.top}/holdout; ls ${here.top}`
      const hidden = [join(data, '.git'), join(data, 'answers')]
      const ran = await run(tier, { command, readable: [data], hidden }, { here })
      expect(ran.stdoutTail).toBe('TRAINdata\nfolder\nout\n')
    })

    test('a link out of a writable folder leads nowhere', async () => {
      const here = place()
      writeFileSync(join(here.top, 'secret'), 'SECRET')
      symlinkSync(join(here.top, 'secret'), join(here.out, 'link'))
      const ran = await run(tier, { command: 'cat "$OUT/link"; echo x > "$OUT/link"' }, { here })
      expect(ran.output).not.toContain('SECRET\n')
      expect(readFileSync(join(here.top, 'secret'), 'utf8')).toBe('SECRET')
    })

    test('has no rights and gains none', async () => {
      const ran = await run(tier, {
        command: 'id -u; chown 0 "$OUT" 2>/dev/null && echo CHOWNED; cat /proc/self/status',
      })
      expect(ran.stdoutTail.split('\n')[0]).not.toBe('0')
      expect(ran.stdoutTail).not.toContain('CHOWNED')
      if (tier !== 'bubblewrap-without-proc') expect(ran.stdoutTail).toMatch(/CapEff:\s0+\n[\s\S]*NoNewPrivs:\s1/)
    })

    test('what leaves its parent dies with the step', async () => {
      const sleep = strangeSleep()
      const ran = await run(tier, {
        command: `(setsid sh -c 'sleep ${sleep} & sleep ${sleep} &' &) ; sleep 0.1; echo done`,
      })
      expect(ran.stdoutTail).toBe('done\n')
      expect(processesWith(sleep)).toEqual([])
    })

    test('a time-out kills what ignores SIGTERM, within a second', async () => {
      const sleep = strangeSleep()
      const ran = await run(tier, {
        command: `trap '' TERM INT HUP; setsid sleep ${sleep} & sleep ${sleep}`,
        timeout: 1,
      })
      expect(ran).toMatchObject({ ending: 'timeout', tier })
      expect(ran.seconds).toBeLessThan(2)
      expect(processesWith(sleep)).toEqual([])
    })

    test('a fork bomb meets the limit and the next job runs', async () => {
      const command = `i=0; while [ $i -lt 200 ]; do (sleep 5 & echo up) ; i=$((i+1)); done`
      const bomb = await run(tier, { command, processes: 40, timeout: 3 })
      expect(bomb.output).toMatch(/[Cc]annot fork|Resource temporarily unavailable/)
      expect(bomb.stdoutTail.split('up').length).toBeLessThan(41)
      expect((await run(tier, { command: 'echo alive' })).stdoutTail).toBe('alive\n')
    })

    test('a memory hog is told apart, in one process and in many', async () => {
      const hog = 'node -e "const held=[]; setInterval(() => held.push(Buffer.alloc(5e6, 1)), 5)"'
      const one = await run(tier, { command: hog, memory: 200e6 })
      expect(one.ending).toBe('memory')
      const many = await run(tier, { command: `${hog} & ${hog} & ${hog} & wait`, memory: 400e6 })
      expect(many.ending).toBe('memory')
    })

    test('the temp folder and shared memory have a cap', async () => {
      const command = 'for at in /tmp /dev/shm; do head -c 100000000 /dev/zero > $at/big && echo FILLED; done'
      const ran = await run(tier, { command, memory: 100e6 })
      expect(ran.stdoutTail).not.toContain('FILLED')
    })

    test('a file past its limit is refused, and folders past theirs end the job', async () => {
      const big = await run(tier, { command: 'head -c 3000000 /dev/zero > "$OUT/big"', fileSize: 1e6 })
      expect(big.ending).toBe('output-limit')
      const fill = 'i=0; while [ $i -lt 4000 ]; do : > "$OUT/$i"; i=$((i+1)); done'
      expect((await run(tier, { command: fill, diskEntries: 1000 })).ending).toBe('output-limit')
      const wide = 'for i in 1 2 3 4; do head -c 1000000 /dev/zero > "$OUT/$i"; done; sleep 9'
      const ran = await run(tier, { command: wide, diskSize: 2e6 })
      expect(ran.ending).toBe('output-limit')
      expect(ran.seconds).toBeLessThan(5)
    })

    test('a tree too deep to name ends the job and nothing else', async () => {
      const command = `cd "$OUT"; i=0; while [ $i -lt 60 ]; do mkdir ${'d'.repeat(100)}; cd d*; i=$((i+1)); done`
      expect((await run(tier, { command })).ending).toBe('output-limit')
    })

    test('paths with spaces, quotes and letters beyond ASCII', async () => {
      const here = place("anneal tëst 'quoted' ")
      writeFileSync(join(here.folder, 'näme with space'), 'content')
      const ran = await run(tier, { command: 'cat "näme with space"; cp näme* "$OUT/käse"' }, { here })
      expect(ran).toMatchObject({ ending: 'ok', stdoutTail: 'content' })
      expect(readFileSync(join(here.out, 'käse'), 'utf8')).toBe('content')
    })

    test('node and python3 of the PATH run inside', async () => {
      const ran = await run(tier, {
        command: 'node -v && python3 -c "import sys, json, ssl; print(sys.version.split()[0])"',
      })
      expect(ran.output).toMatch(/^v\d+\.\d+\.\d+\n3\.\d+/)
      expect(ran.stdoutTail.split('\n')[0]).toBe(process.version)
    })

    test('results come over descriptor 3, too large a one is refused', async () => {
      expect((await run(tier, { command: 'echo noise; echo result >&3', resultPipe: true })).channel).toBe('result\n')
      expect((await run(tier, { command: 'true', resultPipe: true })).channel).toBe('')
      expect((await run(tier, { command: 'echo x >&3' })).channel).toBe(null)
      const large = await run(tier, { command: 'head -c 2000000 /dev/zero >&3', resultPipe: true })
      expect(large).toMatchObject({ ending: 'output-limit', channel: null })
    })

    test('no descriptor of ours gets in', async () => {
      if (tier === 'bubblewrap-without-proc') return
      const ran = await run(tier, { command: 'for fd in /proc/self/fd/*; do readlink $fd; done' })
      const links = ran.stdoutTail.trim().split('\n')
      expect(links.filter((link) => !/^(socket:|\/dev\/null|\/proc\/)/.test(link))).toEqual([])
      expect(links.filter((link) => link.startsWith('socket:'))).toHaveLength(2)
    })

    test('how it ended is told apart', async () => {
      expect(await run(tier, { command: 'exit 7' })).toMatchObject({ ending: 'exit', exitCode: 7 })
      expect(await run(tier, { command: 'kill -SEGV $$' })).toMatchObject({ ending: 'signal', signal: 'SIGSEGV' })
      const missing = await run(tier, { command: 'no-such-program-here' })
      expect(missing).toMatchObject({ ending: 'exit', exitCode: 127 })
      expect(missing.output).toMatch(/no-such-program-here[\s\S]*did not find the command/)
      const busy = new AbortController()
      setTimeout(() => busy.abort(), 200)
      expect((await run(tier, { command: 'sleep 20' }, { signal: busy.signal })).ending).toBe('interrupted')
    })

    test('a candidate cannot pass for a launch that failed', async () => {
      const ran = await run(tier, { command: 'echo "bwrap: cannot mount" >&2; exit 1' })
      expect(ran).toMatchObject({ ending: 'exit', exitCode: 1 })
    })
  })
}

suite('the tier uid', ['linux', 'root', 'setpriv'], () => {
  test('holds against its canaries', async () => {
    expect(await tryTier('uid')).toBe(null)
  })

  test('kills every process of the job, those that wiped their environment too', async () => {
    const sleep = strangeSleep()
    const ran = await run('uid', { command: `env -i setsid sh -c 'sleep ${sleep} & sleep ${sleep} &'; sleep 0.1` })
    expect(ran.ending).toBe('ok')
    expect(processesWith(sleep)).toEqual([])
  })

  test('says which folder keeps the other user id out', async () => {
    const here = place()
    const closed = join(here.top, 'closed')
    mkdirSync(join(closed, 'folder'), { recursive: true, mode: 0o700 })
    const ran = await run('uid', { command: 'true', folder: join(closed, 'folder') }, { here })
    expect(ran.ending).toBe('not-started')
    expect(ran.output).toContain(closed)
  })
})

suite('choosing a tier', ['linux'], () => {
  test('the probe gives one tier, the same each time', async () => {
    expect(await probeTiers()).toBe(await probeTiers())
  })

  test('model-written code is refused where no tier holds', async () => {
    const here = place()
    const signal = new AbortController().signal
    for (const tier of ['none', 'uid'] as const) {
      const refused = localRunner({ tier }).run(jobAt(here, { command: `touch ${here.top}/ran` }), signal)
      await expect(refused).rejects.toThrow(AnnealError)
      await expect(refused).rejects.toMatchObject({ exit: 69, fix: expect.stringContaining('bubblewrap') })
    }
    expect(existsSync(join(here.top, 'ran'))).toBe(false)
    expect(tierHolds('uid', { network: true })).toBe(true)
    expect(tierHolds('none', { network: true })).toBe(false)
  })
})

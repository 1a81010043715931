import { mkdtempSync, readdirSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAddress } from '../../src/jobs/report.ts'
import type { Told } from '../../src/page-server/shape.ts'
import { accessibilityFaults, openPage, pictureFolder, SIZES, withBrowser } from '../support/browser.ts'
import { anneal, repository, type Said, start, TINY } from '../support/cli.ts'

const HOSTILE = '<img src=x onerror=alert(1)> \u202eno </script>'
const EDITOR = `sleep 0.3; sed -i "s/value = [0-9.]*/value = $((4 + ANNEAL_ATTEMPT))/" solve.mjs; echo "${HOSTILE} $ANNEAL_ATTEMPT"`
const folder = repository(TINY)
const base = { port: 0, token: '', name: '' }
const children: ReturnType<typeof start>[] = []
let run: ReturnType<typeof start>

beforeAll(async () => {
  run = start(folder, ['run', '--sandbox', 'off', '--no-memory', '--attempts', '900', '--editor-command', EDITOR])
  const ui = start(folder, ['ui', '--json'])
  children.push(run, ui)
  let out = ''
  ui.child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  await until(() => out.includes('\n}'))
  const { url, port } = JSON.parse(out)
  Object.assign(base, { port, token: url.split('#token=')[1] })
  await until(async () => {
    const [first] = JSON.parse((await ask('/api/runs')).body)
    base.name = first?.run ?? ''
    return first?.attempts > 1
  })
}, 60_000)
afterAll(async () => {
  for (const { child } of children) child.kill('SIGTERM')
  await Promise.all(children.map(({ ended }) => ended))
})

async function until(holds: () => boolean | Promise<boolean>) {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return
    await wait(50)
  }
  throw new Error('it did not come about')
}

type Answer = { status: number; headers: IncomingMessage['headers']; body: string }
/** One real request, as any program on this machine or page of another site could make it. */
function ask(
  path: string,
  { method = 'GET', body = '', headers = {} as Record<string, string | undefined> } = {},
): Promise<Answer> {
  const given = { host: `127.0.0.1:${base.port}`, authorization: `Bearer ${base.token}`, ...headers }
  const sent = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
  return new Promise((done, failed) => {
    const asked = request({ host: '127.0.0.1', port: base.port, path, method, headers: sent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    asked.on('error', failed)
    asked.end(body)
  })
}
const order = (body: string, headers: Record<string, string | undefined> = {}) =>
  ask(`/api/runs/${base.name}/orders`, {
    method: 'POST',
    body,
    headers: { origin: `http://127.0.0.1:${base.port}`, 'content-type': 'application/json', ...headers },
  })

describe('the server of the live page', () => {
  test('gives the page to who asks by its own name, and nothing else without the token', async () => {
    const page = await ask('/', { headers: { authorization: undefined } })
    expect(page.status).toBe(200)
    expect(page.body).not.toContain(base.token)
    expect(page.body).not.toContain(base.name)
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toMatch(/script-src 'sha256-[^']+';/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(page.headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(Object.keys(page.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    for (const authorization of [undefined, '', 'Bearer ', 'Bearer wrong', base.token, `Basic ${base.token}`])
      for (const path of [
        '/api/runs',
        `/api/runs/${base.name}`,
        `/api/events?run=${base.name}`,
        `/api/runs?token=${base.token}`,
      ])
        expect((await ask(path, { headers: { authorization } })).status, `${authorization} ${path}`).toBe(401)
  })

  test('answers nobody who comes by another name or from another page', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${base.port}`,
      '127.0.0.1',
      `127.0.0.1:${base.port + 1}`,
      `127.0.0.1.evil.example:${base.port}`,
    ])
      for (const path of ['/', '/api/runs']) expect((await ask(path, { headers: { host } })).status, host).toBe(403)
    for (const origin of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${base.port}`,
      `http://127.0.0.1:${base.port + 1}`,
      `http://localhost:${base.port}`,
    ]) {
      expect((await ask('/api/runs', { headers: { origin } })).status, origin).toBe(403)
      expect((await order('{"order":"pause"}', { origin })).status, origin).toBe(403)
    }
    for (const site of ['cross-site', 'same-site'])
      for (const [path, status] of [
        ['/api/runs', 403],
        ['/', 200],
      ] as const)
        expect((await ask(path, { headers: { 'sec-fetch-site': site } })).status, path).toBe(status)
    expect((await order('{"order":"pause"}', { origin: undefined })).status).toBe(403)
    const allowed = await ask('/api/runs', {
      headers: { host: `localhost:${base.port}`, origin: `http://localhost:${base.port}` },
    })
    expect(allowed.status).toBe(200)
    expect(allowed.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('refuses other methods, other bodies, bodies that are too large, and orders that are none', async () => {
    for (const [path, method] of [
      ['/', 'POST'],
      ['/api/runs', 'POST'],
      ['/api/runs', 'OPTIONS'],
      ['/', 'HEAD'],
      [`/api/runs/${base.name}/orders`, 'GET'],
      [`/api/runs/${base.name}`, 'DELETE'],
    ] as const) {
      const { status, headers } = await ask(path, { method })
      expect([path, method, status]).toEqual([path, method, 405])
      expect(headers.allow).toMatch(/^(GET|POST)$/)
    }
    expect((await order('order=pause', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415)
    expect((await order('{"order":"pause"}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await order(`{"order":"hint","text":"${'x'.repeat(20_000)}"}`)).status).toBe(413)
    for (const body of [
      '',
      '{',
      '[]',
      '{"order":"fly"}',
      '{"order":"pause","more":1}',
      '{"order":"hint","text":""}',
      `{"order":"hint","text":"${'x'.repeat(700)}"}`,
    ])
      expect((await order(body)).status, body).toBe(400)
    const refused = await order('{"order":"pin","attempt":100000}')
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      200,
      expect.objectContaining({ fate: 'refused', why: 'There is no attempt 100000.' }),
    ])
  })

  test('finds nothing beyond the runs of the project', async () => {
    for (const path of [
      '/api/runs/..',
      '/api/runs/../../../../etc/passwd',
      '/api/runs/..%2f..%2f..%2fetc',
      `/api/runs/${base.name}%2f..`,
      `/api/runs/${base.name}/attempts/..`,
      `/api/runs/${base.name}/attempts/1e9`,
      `/api/runs/${base.name}/attempts/99999`,
      '/api/runs/no-such-run',
      '/../package.json',
      '//etc/passwd',
      '/index.html',
      '/api/runs/__proto__',
    ])
      expect((await ask(path)).status, path).toBe(404)
    expect((await ask(`/api/runs/${base.name}/compare?from=0&to=x`)).status).toBe(400)
    const detail = JSON.parse((await ask(`/api/runs/${base.name}/attempts/1`)).body)
    expect(detail).toMatchObject({ attempt: 1, metrics: { value: 5.5 } })
    const { diff } = JSON.parse((await ask(`/api/runs/${base.name}/compare?from=0&to=1`)).body)
    expect(diff).toContain('+const value = 5')
  })

  test('tells of an attempt that ends while the run goes on, its row alone', async () => {
    const given = { authorization: `Bearer ${base.token}` }
    const response = await fetch(`http://127.0.0.1:${base.port}/api/events?run=${base.name}`, { headers: given })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const told: Extract<Told, { kind: 'run' }>[] = []
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        const one: Told = JSON.parse(event.replace(/^data: /, ''))
        if (one.kind === 'run') told.push(one)
      }
      const rows = told.slice(1).flatMap(({ data }) => data.rows)
      if (rows.length > 1) break
    }
    const [first, ...rest] = told
    expect(first?.whole).toBe(true)
    const known = first?.data.rows.length ?? 0
    expect(known).toBeGreaterThan(1)
    expect(rest.every(({ whole }) => !whole)).toBe(true)
    expect(rest.flatMap(({ data }) => data.rows).at(-1)?.attempt).toBeGreaterThanOrEqual(known)
    expect(first?.live).toMatchObject({ atWork: true, steering: { paused: false } })
  }, 30_000)
})

withBrowser('the live page in Chromium', (browser) => {
  test('opens from the file by which a browser is handed the address', async () => {
    const place = mkdtempSync(join(tmpdir(), 'anneal-open-'))
    const remove = await openAddress(
      `http://127.0.0.1:${base.port}/#token=${base.token}`,
      place,
      { BROWSER: 'true' },
      () => undefined,
    )
    const { page, close } = await openPage(browser(), `file://${join(place, readdirSync(place)[0] ?? '')}`)
    await page.getByRole('button', { name: /Pause|Go on/ }).waitFor({ timeout: 60_000 })
    await page.reload()
    await page.getByRole('button', { name: /Pause|Go on/ }).waitFor({ timeout: 60_000 })
    await remove()
    expect(readdirSync(place)).toEqual([])
    await close()
  })

  test('shows the run as it grows, pauses it by a click, bans a branch, and shows hostile words as text', async () => {
    const { page, said, asked, close } = await openPage(browser(), `http://127.0.0.1:${base.port}/#token=${base.token}`)
    page.setDefaultTimeout(60_000)
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()
    expect(page.url()).not.toContain(base.token)
    const rows = () => page.locator('.tally').textContent()
    const before = await rows()
    await until(async () => (await rows()) !== before)
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.locator('strong.work.paused').waitFor()
    expect((await anneal(folder, ['steer', '--json'])).out).toContain('"paused": true')
    expect(await page.getByRole('button', { name: 'Go on' }).isEnabled()).toBe(true)

    await page.getByText('Steer: budget, branches, hints').click()
    await page.locator('#branch').fill('1')
    await page.getByRole('button', { name: 'Ban', exact: true }).click()
    await page.getByText('Attempt 1 and its descendants are banned').waitFor()
    await page.locator('#hint').fill(`${HOSTILE}`)
    await page.getByRole('button', { name: 'Add hint' }).click()
    await page.locator('.steered').getByText('Hint: <img src=x onerror=alert(1)>').waitFor()
    await page.locator('#budget-attempts').fill('901')
    await page.getByRole('button', { name: 'Set budget' }).click()
    await page.getByText('Now: 901 attempts.').waitFor()
    await page.getByRole('button', { name: /^lift/ }).click()
    await page.getByText('are banned').waitFor({ state: 'detached' })
    expect(JSON.parse((await anneal(folder, ['steer', '--json'])).out).steering).toMatchObject({
      paused: true,
      banned: [],
      hints: [{ id: 1 }],
    })

    expect(await accessibilityFaults(page)).toEqual([])
    for (const [name, size] of Object.entries(SIZES)) {
      await page.setViewportSize(size)
      await page.screenshot({ path: join(pictureFolder(), `live-${name}.png`) })
    }
    await page.setViewportSize(SIZES.wide)

    expect(await page.locator('img').count()).toBe(0)
    expect(said).toEqual([])
    const own = `http://127.0.0.1:${base.port}/`
    expect(asked.filter((url) => !url.startsWith(own) && !url.startsWith('data:'))).toEqual([])
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.locator('strong.work.busy').waitFor()
    await page.getByRole('button', { name: 'Stop after these' }).click()
    const { code }: Said = await run.ended
    expect(code).toBe(130)
    await page.locator('strong.work.idle').waitFor()
    await close()
  })

  test('shows nothing without the token', async () => {
    const { page, close } = await openPage(browser(), `http://127.0.0.1:${base.port}/`)
    await page.getByRole('alert').getByText('token').waitFor()
    expect(await page.content()).not.toContain(base.name)
    await close()
  })
})

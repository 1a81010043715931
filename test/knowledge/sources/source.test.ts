import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { openSnapshot } from '../../../src/git/snapshot.ts'
import type { runFiles } from '../../../src/knowledge/sources/run.ts'
import { isRepositoryAddress, openSource } from '../../../src/knowledge/sources/source.ts'
import { withoutPassword } from '../../../src/knowledge/sources/source-file.ts'
import { takeIn } from '../../../src/knowledge/take-in.ts'
import { Lesson } from '../../../src/records/lesson.ts'
import { git, repository } from '../../support/cli.ts'
import { folderOf, never, open, parts, school, taking, temporary } from './fixtures.ts'

const words = (seed: string, count = 60) => Array.from({ length: count }, (_, index) => `${seed}${index}`).join(' ')
const NOTE = `# Note\n\n${words('note')}\n`
const reasons = (skipped: readonly { what: string; why: string }[]) =>
  Object.fromEntries(skipped.map(({ what, why }) => [what, why]))

describe('a folder', () => {
  it('is walked without following links, and what is not read is named', async () => {
    const root = folderOf({
      'a.md': NOTE,
      'deep/er/b.md': NOTE,
      'data.bin': 'x',
      'package-lock.json': '{}',
      '.env': 'A=1',
      'node_modules/x/readme.md': NOTE,
    })
    symlinkSync('..', join(root, 'deep', 'cycle'))
    symlinkSync('self.md', join(root, 'self.md'))
    symlinkSync('gone.md', join(root, 'dangling.md'))
    symlinkSync('/etc/passwd', join(root, 'passwd.txt'))
    execFileSync('mkfifo', [join(root, 'pipe.md')])
    writeFileSync(join(root, 'large.md'), '')
    truncateSync(join(root, 'large.md'), 500 * 2 ** 20)
    const { files, skipped } = await open(root)
    expect(files.map(({ path }) => path)).toEqual(['a.md', 'deep/er/b.md'])
    expect(reasons(skipped)).toEqual({
      '.env': 'its name says that it holds secrets',
      'dangling.md': 'a symbolic link that leads nowhere',
      'data.bin': 'not a kind of file that is read',
      'deep/cycle': 'a symbolic link, which is not followed',
      'large.md': '500 MB are too many: 4 are read at most',
      'node_modules/': 'hidden, or not written here',
      'package-lock.json': 'written by a program',
      'passwd.txt': 'a symbolic link, which is not followed',
      'pipe.md': 'not a plain file',
      'self.md': 'a symbolic link that leads to itself',
    })
  })

  it('whose file was replaced by a link after it was looked at gives nothing away', async () => {
    const root = folderOf({ 'a.md': NOTE })
    const { files } = await open(root)
    execFileSync('ln', ['-sf', '/etc/passwd', join(root, 'a.md')])
    await expect(files[0]?.read()).rejects.toThrow()
  })

  it('is known by its path within the project', async () => {
    const root = folderOf({ 'docs/a.md': NOTE })
    expect((await openSource('docs', { ...parts(root), root }, never)).name).toBe('docs')
  })
})

describe('a file', () => {
  it('is read though its kind is not known, when it was named', async () => {
    const root = folderOf({ 'notes.xyz': words('plain') })
    const { teach, pages } = school()
    await teach(root, join(root, 'notes.xyz'))
    expect(await pages()).toMatchObject([{ title: 'notes.xyz', provenance: [{ path: 'notes.xyz' }] }])
  })

  it.each([
    ['.env', 'holds secrets'],
    ['large.md', 'too many'],
  ])('%s is refused with the reason', async (name, reason) => {
    const root = folderOf({ [name]: 'A=1' })
    if (name === 'large.md') truncateSync(join(root, name), 500 * 2 ** 20)
    await expect(open(root, name)).rejects.toThrow(reason)
  })
})

describe('a repository', () => {
  const made = () => repository({ 'docs/a.md': NOTE, 'src/a.py': `def a():\n    return "${words('a')}"\n` })

  it('is read at its newest commit, whatever lies in its work tree', async () => {
    const root = made()
    writeFileSync(join(root, 'docs', 'a.md'), 'changed, and not committed')
    const { teach, pages } = school()
    const learned = await teach(root)
    const head = git(root, 'rev-parse', 'HEAD')
    expect(learned.at).toBe(head)
    expect((await pages()).map(({ provenance }) => provenance[0]?.at)).toEqual([head, head])
    expect(JSON.stringify(await pages())).not.toContain('not committed')
  })

  it('gives pages anew of the files that a later commit changed, alone', async () => {
    const root = made()
    const { teach } = school()
    await teach(root)
    writeFileSync(join(root, 'docs', 'a.md'), `# Note\n\n${words('other')}\n`)
    git(root, 'commit', '-qam', 'change')
    expect(await teach(root)).toMatchObject({
      files: { read: 1, unchanged: 1 },
      replaced: [expect.any(String)],
      added: [],
    })
  })

  it('is cloned from an address, and the clone is gone afterwards', async () => {
    const [root, aside] = [made(), temporary()]
    const snapshot = await openSnapshot(pathToFileURL(root).href, aside, never)
    expect(snapshot?.files.map(({ path, size }) => [path, typeof size])).toEqual([
      ['docs/a.md', 'number'],
      ['src/a.py', 'number'],
    ])
    expect(readdirSync(aside)).toHaveLength(1)
    await snapshot?.close()
    expect(readdirSync(aside)).toEqual([])
  })

  it('runs none of its hooks, filters or helpers', async () => {
    const root = made()
    const trap = join(temporary(), 'trap')
    for (const hook of ['post-checkout', 'pre-upload', 'reference-transaction', 'post-index-change'])
      writeFileSync(join(root, '.git', 'hooks', hook), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 })
    for (const key of [
      'filter.x.smudge',
      'filter.x.clean',
      'core.fsmonitor',
      'uploadpack.packObjectsHook',
      'core.sshCommand',
      'credential.helper',
    ])
      git(root, 'config', key, `!touch ${trap}`)
    writeFileSync(join(root, '.gitattributes'), '* filter=x\n')
    git(root, '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'filter.x.clean=cat', 'add', '-A')
    execFileSync('rm', ['-f', trap])
    const { teach } = school()
    await teach(root)
    const far = await openSnapshot(pathToFileURL(root).href, temporary(), never)
    await far?.close()
    expect(existsSync(trap)).toBe(false)
  })

  it.each(['https://127.0.0.1:1/none.git', 'file:///none/at/all', 'ext::sh -c touch% /tmp/x', '--upload-pack=touch'])(
    'that cannot be cloned is named with the reason: %s',
    async (address) => {
      const aside = temporary()
      await expect(openSnapshot(address, aside, never)).rejects.toThrow('could not be cloned')
      expect(readdirSync(aside)).toEqual([])
    },
  )

  it('is told by its address', () => {
    for (const address of [
      'https://github.com/owner/name',
      'https://host.org/x.git',
      'git@host.org:x/y.git',
      'ssh://host/x',
      'file:///x',
    ])
      expect(isRepositoryAddress(address), address).toBe(true)
    for (const address of ['https://github.com/owner/name/blob/main/a.md', 'https://host.org/page', 'docs/', 'a@b'])
      expect(isRepositoryAddress(address), address).toBe(false)
    expect(withoutPassword('https://me:secret@host.org/x.git')).toBe('https://host.org/x.git')
  })
})

describe('a web page', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })
  const serve = async (answer: RequestListener): Promise<string> => {
    const server = createServer(answer)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  }

  it('is learned, again adds nothing, and a changed one replaces it', async () => {
    let text = words('first')
    const url = await serve((_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.setHeader('last-modified', 'Wed, 21 Oct 2015 07:28:00 GMT')
      response.end(`<title>Beam</title><h1>Search</h1><p>${text}</p>`)
    })
    const { teach, pages } = school()
    expect((await teach('/', `${url}/page#part`)).added).toHaveLength(1)
    expect(await pages()).toMatchObject([
      { title: 'Beam: Search', provenance: [{ source: `${url}/page`, at: '2015-10-21' }] },
    ])
    expect(await teach('/', `${url}/page`)).toMatchObject({ added: [], replaced: [] })
    text = words('second')
    expect((await teach('/', `${url}/page`)).replaced).toHaveLength(1)
  })

  it.each<[string, RequestListener, string]>([
    ['is not there', (_, response) => response.writeHead(404).end(), 'answers 404'],
    ['leads in a circle', (_, response) => response.writeHead(302, { location: '/' }).end(), 'leads on more than'],
    [
      'leads to another kind of address',
      (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      'only http and https',
    ],
    [
      'is a picture',
      (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
      'not a kind that is read',
    ],
    ['never ends', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).write('x'), 'longer than'],
    [
      'is endless',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' })
        const more = () => {
          while (response.write(Buffer.alloc(2 ** 20, 97)));
        }
        response.on('drain', more)
        more()
      },
      'larger than',
    ],
  ])('that %s is named with the reason', async (_, answer, reason) => {
    const url = await serve(answer)
    const web = { fetch, now: () => new Date(0), seconds: reason === 'longer than' ? 0.3 : 20 }
    await expect(openSource(`${url}/`, { ...parts('/'), web }, never)).rejects.toThrow(reason)
  })

  it('on the open network leads to no address inside this one', async () => {
    const web = {
      now: () => new Date(0),
      fetch: async () => new Response(null, { status: 302, headers: { location: 'http://169.254.169.254/latest' } }),
    }
    await expect(openSource('https://example.org/', { ...parts('/'), web }, never)).rejects.toThrow('inside this one')
  })
})

describe('an earlier run', () => {
  it('gives its lessons and its champion’s change as pages', async () => {
    const lesson = (id: string, advice: string) =>
      Lesson.parse({
        id,
        kind: 'practice',
        when: 'always',
        advice,
        evidence: ['1 to 2'],
        confidence: 0.5,
        helped: 0,
        harmed: 0,
      })
    const idea = { title: 'Sort first', hypothesis: 'Sorting helps.', plan: 'Sort.', expected: '', cites: [] }
    const attempt = (number: number, score: number) => ({
      attempt: number,
      score,
      idea,
      lessons: ['lesson/a'],
      shown: [],
    })
    const run = {
      run: 'quiet-otter',
      created: '2026-01-02T00:00:00Z',
      task: { goal: 'Be fast.', evaluate: { metric: 'ops' } },
      lessons: [lesson('lesson/a', `Sort. ${words('a')}`), lesson('lesson/b', `Cache. ${words('b')}`)],
      attempts: [attempt(0, 1), attempt(1, 2)],
    }
    const given = run as unknown as Parameters<typeof runFiles>[0]['run']
    const found = async () => ({ run: given, attempt: 1, diff: '+sort()\n' })
    const source = await openSource('quiet-otter', { ...parts('/nowhere'), run: found }, never)
    const { taught, pages } = school()
    await takeIn(taught, source, taking)
    const made = await pages()
    expect(made.map(({ id }) => id).toSorted()).toEqual([
      'heuristic/lesson-a',
      'heuristic/lesson-b',
      'implementation/quiet-otter-champion',
    ])
    const champion = made.find(({ type }) => type === 'implementation')
    expect(champion).toMatchObject({
      title: 'Sort first (ops: 1 to 2)',
      links: [{ edge: 'uses_heuristic', to: 'heuristic/lesson-a' }],
    })
    expect(champion?.body).toContain('+sort()')
  })
})

it.each(['no-such-thing', 'no/such/path.md', 'gopher://host/x'])(
  'what is nothing to learn from is named: %s',
  async (text) => {
    await expect(open(temporary(), text)).rejects.toThrow(text)
  },
)

it('an empty folder teaches nothing and breaks nothing', async () => {
  const root = temporary()
  mkdirSync(join(root, 'empty'))
  expect(await school().teach(root)).toMatchObject({ added: [], skipped: [] })
})

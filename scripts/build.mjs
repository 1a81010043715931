// Compiles src/ into dist/, beside its data files, the code of its pages, the command manifest and the rendered help. Does nothing when nothing has changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The code of each page, from where it starts. */
const PAGES = { report: 'reports/page/client/report.ts', live: 'page-server/client/live.ts' }

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const sources = filesOf('src')
const wanted = digestOf([
  ...sources,
  ...filesOf('templates'),
  'scripts/build.mjs',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
])
const stamp = join(dist, '.built')
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) process.exit(0)

// Built aside and renamed into place: whoever runs the old build meanwhile keeps a whole one.
const aside = join(root, `.build-${process.pid}`)
mkdirSync(aside, { recursive: true })
try {
  if (compile(join(aside, 'new'))) {
    await bundle(join(aside, 'new'))
    if (existsSync(dist)) renameSync(dist, join(aside, 'old'))
    renameSync(join(aside, 'new'), dist)
    await describe()
    writeFileSync(stamp, wanted)
  } else process.exitCode = 1
} finally {
  rmSync(aside, { recursive: true, force: true })
}

function compile(target) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', target], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) return false
  for (const file of sources)
    if (!file.endsWith('.ts') && !file.includes('/client/'))
      cpSync(join(root, file), join(target, relative('src', file)))
  return true
}

/** Bundles the code that runs in a browser, each page into one file, and its style with the chart's. */
async function bundle(target) {
  const { rolldown } = await import('rolldown')
  const folder = join('reports', 'page')
  for (const [name, input] of Object.entries(PAGES)) {
    const made = await rolldown({ input: join(root, 'src', input), platform: 'browser', logLevel: 'warn' })
    const file = join(target, folder, `${name}.js`)
    await made.write({ file, format: 'iife', minify: true, comments: { legal: true } })
    await made.close()
  }
  const chart = readFileSync(join(root, 'node_modules', 'uplot', 'dist', 'uPlot.min.css'), 'utf8')
  const own = readFileSync(join(root, 'src', folder, 'client', 'page.css'), 'utf8')
  writeFileSync(join(target, folder, 'page.css'), `${chart}\n${own}`)
  cpSync(join(root, 'src', 'page-server', 'client', 'live.css'), join(target, folder, 'live.css'))
}

/** Writes oclif's manifest, which spares it from loading every command, and what it prints for `--help`. */
async function describe() {
  Object.assign(process.env, { FORCE_COLOR: '1', OCLIF_COLUMNS: '80' })
  const { Config, Help, Plugin } = await import('@oclif/core')
  const plugin = new Plugin({
    root,
    type: 'core',
    isRoot: true,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  writeFileSync(join(root, 'oclif.manifest.json'), JSON.stringify(plugin.manifest))

  const help = {}
  for (const id of ['', ...Object.keys(plugin.manifest.commands)]) {
    const config = await Config.load(root) // anew for each page: showing help rewrites the ids
    const lines = []
    const page = new (class extends Help {
      log(text) {
        lines.push(text)
      }
    })(config, config.pjson.oclif.helpOptions)
    const words = id.replaceAll(':', config.topicSeparator)
    await page.showHelp(words === '' ? [] : words.split(' '))
    const bold = `${lines.join('\n')}\n`.replace(config.userAgent, '{agent}')
    help[words] = { plain: bold.replace(/\u001b\[\d+m/g, ''), bold }
  }
  writeFileSync(join(dist, 'help.json'), JSON.stringify({ version: plugin.version, help }))
}

function filesOf(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

function digestOf(files) {
  const digest = createHash('sha256')
  for (const file of files)
    digest
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  return digest.digest('hex')
}

// Compiles src/ into dist/, beside the data files and the command manifest. Does nothing when nothing has changed.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort()
const digest = createHash('sha256')
for (const file of [...sources, ...['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(root, name))])
  digest.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
const wanted = digest.digest('hex')
const stamp = join(root, 'dist', '.built')
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) process.exit(0)

rmSync(join(root, 'dist'), { recursive: true, force: true })
execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
for (const file of sources) if (!file.endsWith('.ts')) cpSync(file, join(root, 'dist', relative(join(root, 'src'), file)))
writeFileSync(stamp, wanted)

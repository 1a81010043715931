import { type SimpleGit, simpleGit } from 'simple-git'
import { gitEnvironment } from './plumbing.ts'

/** simple-git over a folder, with no hook, no file-system monitor and none of Git's environment or configuration but the repository's own. */
export function porcelain(folder: string): SimpleGit {
  const environment = gitEnvironment()
  return simpleGit({
    baseDir: folder,
    config: ['core.hooksPath=/dev/null', 'core.fsmonitor=false'],
    allowEnvironment: Object.keys(environment),
    unsafe: { allowUnsafeConfigPaths: true, allowUnsafeHooksPath: true, allowUnsafeFsMonitor: true },
  }).env(environment)
}

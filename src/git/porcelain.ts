import { type SimpleGit, simpleGit } from 'simple-git'
import { gitEnvironment } from './plumbing.ts'

/**
 * simple-git over a folder, with no hook, no file-system monitor and none of Git's environment or configuration but the repository's own.
 * `trusted` are folders of other users that the person trusts.
 */
export function porcelain(folder: string, trusted: readonly string[] = []): SimpleGit {
  const environment = gitEnvironment()
  return simpleGit({
    baseDir: folder,
    config: ['core.hooksPath=/dev/null', 'core.fsmonitor=false', ...trusted.map((one) => `safe.directory=${one}`)],
    allowEnvironment: Object.keys(environment),
    unsafe: { allowUnsafeConfigPaths: true, allowUnsafeHooksPath: true, allowUnsafeFsMonitor: true },
  }).env(environment)
}

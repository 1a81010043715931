/** How programs of a language are named and started. */
type Language = { extensions: readonly string[]; command: (file: string) => string; glob: string }

const LANGUAGES: Readonly<Record<string, Language>> = {
  python: { extensions: ['.py'], command: (file) => `python3 ${file}`, glob: '!(test_*|*_test).py' },
  javascript: {
    extensions: ['.js', '.mjs', '.cjs'],
    command: (file) => `node ${file}`,
    glob: '!(*.test|*.spec|*.bench).{js,mjs,cjs}',
  },
  typescript: {
    extensions: ['.ts', '.mts'],
    command: (file) => `node ${file}`,
    glob: '!(*.test|*.spec|*.bench).{ts,mts}',
  },
  rust: { extensions: ['.rs'], command: () => 'cargo run --release', glob: '*.rs' },
  go: { extensions: ['.go'], command: () => 'go run .', glob: '!(*_test).go' },
  'c++': {
    extensions: ['.cpp', '.cc', '.cxx', '.c'],
    command: (file) => `g++ -O2 -o "$ANNEAL_OUT/program" ${file} && "$ANNEAL_OUT/program"`,
    glob: '*.{cpp,cc,cxx,c,h,hpp}',
  },
  shell: { extensions: ['.sh'], command: (file) => `sh ${file}`, glob: '*.sh' },
}

export const extensionOf = (file: string): string => /\.[a-z]+$/.exec(file)?.[0] ?? ''
export const languageOf = (file: string): Language | undefined =>
  Object.values(LANGUAGES).find(({ extensions }) => extensions.includes(extensionOf(file)))

/** Files that measure, test, document or configure: never what a candidate should change. */
const ASIDE =
  /(^|\/)(test|tests|spec|__tests__|bench|benches|benchmark|benchmarks|docs?|examples?|scripts|node_modules|vendor|dist|build|target)\/|(^|\/)(test_|conftest|evaluate|score|scoring|bench|benchmark|holdout|judge|setup\.py)|[._-](test|spec|bench)\.|_test\.|\.config\./
/** Of those, what the globs above leave out by name. */
const MARKED = /(^|\/)(test_[^/]*|[^/]*_test)\.py$|\.(test|spec|bench)\.[cm]?[jt]s$|_test\.go$/
export const isProgram = (file: string): boolean => languageOf(file) !== undefined && !ASIDE.test(file)

/** Paths beyond which a folder is named by a glob and its files are not. */
const NAMED = 3

/** What a candidate may change, where nothing says it better: the program's files in the language that has the most of them, never its tests. */
export function editGuess(files: readonly string[]): string[] {
  const count = new Map<Language, string[]>()
  for (const file of files.filter(isProgram)) {
    const language = languageOf(file)
    if (language) count.set(language, [...(count.get(language) ?? []), file])
  }
  const [found] = [...count].toSorted(([, a], [, b]) => b.length - a.length)
  if (!found) return []
  const [language, own] = found
  const tops = Map.groupBy(own, (file) => (file.includes('/') ? (file.split('/')[0] ?? '') : ''))
  return [...tops].flatMap(([top, inside]) => {
    if (top === '' || inside.length <= NAMED) return inside
    const aside = files.filter(
      (file) => file.startsWith(`${top}/`) && languageOf(file) === language && !isProgram(file),
    )
    // A glob can leave out files by their endings, and not by their folders: then every file is named.
    return aside.every((file) => MARKED.test(file)) ? [`${top}/**/${language.glob}`] : inside
  })
}

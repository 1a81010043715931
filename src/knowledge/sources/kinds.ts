import { extname } from 'node:path'

/** How a file is read. `unknown`: only where the person named the file itself. */
export type Kind = 'markdown' | 'text' | 'html' | 'pdf' | 'notebook' | 'code' | 'environment' | 'unknown'

const KINDS: Record<string, Kind> = {
  '.md': 'markdown',
  '.mdx': 'markdown',
  '.markdown': 'markdown',
  '.rst': 'text',
  '.txt': 'text',
  '.text': 'text',
  '.adoc': 'text',
  '.org': 'text',
  '.tex': 'text',
  '.html': 'html',
  '.htm': 'html',
  '.xhtml': 'html',
  '.pdf': 'pdf',
  '.ipynb': 'notebook',
}

const LANGUAGES: Record<string, string> = {
  '.py': 'python',
  '.pyi': 'python',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.jsx': 'javascript',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.tsx': 'typescript',
  '.c': 'c',
  '.h': 'c',
  '.cc': 'cpp',
  '.cpp': 'cpp',
  '.cxx': 'cpp',
  '.hh': 'cpp',
  '.hpp': 'cpp',
  '.hxx': 'cpp',
  '.cu': 'cuda',
  '.cuh': 'cuda',
  '.go': 'go',
  '.rs': 'rust',
  '.java': 'java',
  '.kt': 'kotlin',
  '.scala': 'scala',
  '.rb': 'ruby',
  '.php': 'php',
  '.cs': 'csharp',
  '.swift': 'swift',
  '.jl': 'julia',
  '.r': 'r',
  '.lua': 'lua',
  '.pl': 'perl',
  '.sh': 'shell',
  '.bash': 'shell',
  '.sql': 'sql',
  '.zig': 'zig',
  '.hs': 'haskell',
  '.ml': 'ocaml',
  '.f90': 'fortran',
  '.m': 'matlab',
}

const ENVIRONMENT =
  /(^|\/)(requirements[\w.-]*\.txt|environment\.ya?ml|pyproject\.toml|setup\.(cfg|py)|package\.json|Dockerfile[\w.-]*|CMakeLists\.txt|Cargo\.toml|go\.mod|Gemfile|Makefile)$/
/** What programs wrote for programs: it teaches nothing. */
const GENERATED =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|[^/]+\.lock|go\.sum)$|\.min\.(js|css|html)$|\.map$|_pb2\.pyi?$|\.pb\.(go|cc|h)$/
const PLAIN = /(^|\/)(README|CHANGES|CHANGELOG|NOTES|TODO|INSTALL|HACKING|CONTRIBUTING|FAQ)$/i

/** Folders that hold what tools made or fetched. */
export const FOREIGN_FOLDER =
  /^(\..*|node_modules|bower_components|__pycache__|site-packages|venv|\.venv|vendor|third_party)$/

/** What a path tells about how to read it, or why it is not read at all. */
export function kindOf(path: string): Kind | { skip: string } {
  if (GENERATED.test(path)) return { skip: 'written by a program' }
  if (ENVIRONMENT.test(path)) return 'environment'
  const extension = extname(path).toLowerCase()
  return KINDS[extension] ?? (extension in LANGUAGES ? 'code' : PLAIN.test(path) ? 'text' : 'unknown')
}

/** The name of a code file's language, as a Markdown fence has it; empty where it is not known. */
export const languageOf = (path: string): string => LANGUAGES[extname(path).toLowerCase()] ?? ''

const MEGABYTE = 2 ** 20
/** Bytes that a file of a kind may have: what is larger is an archive, not something to be taught. */
export const LARGEST_FILE: Record<Kind, number> = {
  markdown: 4 * MEGABYTE,
  text: 4 * MEGABYTE,
  html: 8 * MEGABYTE,
  pdf: 64 * MEGABYTE,
  notebook: 32 * MEGABYTE,
  code: MEGABYTE,
  environment: MEGABYTE / 4,
  unknown: MEGABYTE,
}

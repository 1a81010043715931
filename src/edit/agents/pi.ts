import { join } from 'node:path'
import type { Agent, Word } from './agent.ts'
import { errorWord, type Fields, jsonOf, listOf, numberOf, openAiServer, priced, textOf, under } from './json.ts'

/** pi. It has no permissions of its own: its tools are cut down to those of files, and a small extension keeps these in the folder. It speaks no MCP. */
export const pi: Agent = {
  program: 'pi',
  install: 'npm install -g @mariozechner/pi-coding-agent',

  launch({ model, home, environment }) {
    const server = openAiServer(environment)
    const own = server !== null && model !== null
    const provider = {
      baseUrl: server,
      api: 'openai-completions',
      apiKey: environment.OPENAI_API_KEY ? 'OPENAI_API_KEY' : 'none',
      models: [{ id: model }],
    }
    return {
      words: [
        ...['-p', '--mode', 'json', '--no-session', '--no-extensions', '--no-skills', '--no-prompt-templates'],
        ...['--tools', 'read,edit,write,grep,find,ls', '-e', join(home, 'bounds.js')],
        ...(own ? ['--provider', 'anneal'] : []),
        ...(model === null ? [] : ['--model', model]),
      ],
      environment: {
        PI_CODING_AGENT_DIR: join(home, '.pi', 'agent'),
        PI_TELEMETRY: '0',
        PI_CODING_AGENT_SESSION_DIR: null,
      },
      files: {
        'bounds.js': BOUNDS,
        '.pi/agent/settings.json': '{}',
        ...(own ? { '.pi/agent/models.json': JSON.stringify({ providers: { anneal: provider } }, null, 2) } : {}),
      },
    }
  },

  logins: (environment) => [
    {
      from: join(environment.PI_CODING_AGENT_DIR ?? join(environment.HOME ?? '/', '.pi/agent'), 'auth.json'),
      to: '.pi/agent/auth.json',
    },
  ],
  obeys: ['.pi'],
  own: /^\.pi$|^bounds\.js$|^pi-|^jiti$/,

  read(line) {
    const event = jsonOf(line)
    if (!event) return []
    switch (textOf(event, 'type')) {
      case 'message_end':
        return messageWords(under(event, 'message'))
      case 'tool_execution_start':
        return [
          { kind: 'progress', text: `${textOf(event, 'toolName')} ${textOf(under(event, 'args'), 'path')}`.trim() },
        ]
      case 'agent_end':
        return endWords(listOf(event, 'messages').at(-1) ?? {})
      default:
        return []
    }
  },
}

function messageWords(message: Fields): Word[] {
  if (message.role !== 'assistant') return []
  const usage = under(message, 'usage')
  const cached = numberOf(usage, 'cacheRead')
  const texts = listOf(message, 'content').filter(({ type }) => type === 'text')
  const used = {
    input: numberOf(usage, 'input') + cached + numberOf(usage, 'cacheWrite'),
    cached,
    output: numberOf(usage, 'output'),
    usd: priced(numberOf(under(usage, 'cost'), 'total')),
  }
  return [
    { kind: 'usage', usage: used },
    { kind: 'message', text: texts.map((part) => textOf(part, 'text')).join('\n') },
    ...(message.stopReason === 'error' ? [errorWord(textOf(message, 'errorMessage'))] : []),
  ]
}

const endWords = (last: Fields): Word[] =>
  last.stopReason === 'error' || last.stopReason === 'aborted' ? [] : [{ kind: 'done' }]

/** An extension of pi: refuses whatever path leads out of the folder, links resolved. */
const BOUNDS = `import { existsSync, realpathSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'

const root = realpathSync(process.cwd())
const real = (path) => (existsSync(path) ? realpathSync(path) : resolve(real(dirname(path)), path.slice(dirname(path).length + 1)))

export default function (pi) {
  pi.on('tool_call', (event) => {
    const path = event.input?.path
    if (typeof path !== 'string') return
    const full = real(resolve(root, path.replace(/^@/, '').replace(/^~(?=$|\\/)/, process.env.HOME ?? '~')))
    if (full !== root && !full.startsWith(root + sep)) return { block: true, reason: path + ' is outside the folder' }
  })
}
`

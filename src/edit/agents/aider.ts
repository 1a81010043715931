import type { Agent, Word } from './agent.ts'
import { errorWord, openAiServer } from './json.ts'

/** Files that are put into the chat at the start; of more it is told by name in the prompt. */
const MOST_FILES = 30

/** Aider. It speaks no JSON: its lines are read. It edits the files that it was given and new ones in the folder, and runs nothing. */
export const aider: Agent = {
  program: 'aider',
  install: 'python3 -m pip install aider-install && aider-install',

  launch({ prompt, model, files, environment }) {
    const server = openAiServer(environment)
    return {
      words: [
        ...['--message-file', prompt, '--yes-always', '--no-git', '--no-stream', '--no-pretty', '--no-fancy-input'],
        ...[
          '--no-auto-lint',
          '--no-auto-test',
          '--no-suggest-shell-commands',
          '--no-detect-urls',
          '--no-restore-chat-history',
        ],
        ...[
          '--no-check-update',
          '--no-show-release-notes',
          '--no-show-model-warnings',
          '--no-analytics',
          '--no-gitignore',
        ],
        // Its histories would be new files in the folder; commands to load could come from a file of the folder.
        ...[
          '--chat-history-file',
          '/dev/null',
          '--input-history-file',
          '/dev/null',
          '--load',
          '/dev/null',
          '--map-tokens',
          '0',
        ],
        // A server of the user's own is asked in OpenAI's protocol, whatever the model is called.
        ...(model === null ? [] : ['--model', server === null || model.includes('/') ? model : `openai/${model}`]),
        ...files.slice(0, MOST_FILES).flatMap((file) => ['--file', file]),
      ],
      environment: { ...(server === null ? {} : { OPENAI_API_BASE: server }), AIDER_LLM_HISTORY_FILE: null },
      files: {},
    }
  },

  logins: (environment) => [{ from: `${environment.HOME ?? ''}/.aider/oauth-keys.env`, to: '.aider/oauth-keys.env' }],
  obeys: ['.aider.conf.yml', '.aider.model.settings.yml', '.aider.model.metadata.json', '.env'],
  own: /^\.aider|^litellm|^tiktoken|^data-gym-cache$/,

  read(line) {
    const tokens = /^Tokens: ([\d.]+)([kM]?) sent.*?, ([\d.]+)([kM]?) received\./.exec(line)
    const cached = /, ([\d.]+)([kM]?) cache hit/.exec(line)
    const cost = /Cost: \$[\d.]+ message, \$([\d.]+) session/.exec(line)
    const usage = {
      input: amount(tokens?.[1], tokens?.[2]),
      cached: amount(cached?.[1], cached?.[2]),
      output: amount(tokens?.[3], tokens?.[4]),
      usd: null,
    }
    return [
      ...(tokens ? [{ kind: 'usage' as const, usage }, { kind: 'done' as const }] : []),
      ...(cost ? [{ kind: 'cost' as const, usd: amount(cost[1], '') }] : []),
      ...(/^(Applied edit to|Creating empty file|Added .+ to the chat)/.test(line) ? [progress(line)] : []),
      ...(FAULT.test(line) ? [errorWord(line)] : []),
    ]
  },
}

const progress = (text: string): Word => ({ kind: 'progress', text })

const FAULT =
  /^((litellm\.)?\w+(Error|Exception): |The API provider |Only \d+ reflections allowed|Empty response received)/

/** A figure as Aider rounds it: whole below a thousand, then `2.6k`, then `26k`. */
const amount = (figure: string | undefined, unit: string | undefined): number =>
  Math.round(Number(figure ?? 0) * (unit === 'k' ? 1e3 : unit === 'M' ? 1e6 : 1) * 1e6) / 1e6

import { agentSuite, openAi } from './suite.ts'

agentSuite({
  name: 'opencode',
  spec: 'opencode-ai@1.18.33',
  server: openAi,
  write: (path, text) => [{ tool: 'write', input: { filePath: path, content: text } }],
  config: '.config/opencode/opencode.json',
  recall: (query) => ({ tool: 'anneal_recall', input: { query } }),
})

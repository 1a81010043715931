import { agentSuite, google } from './suite.ts'

agentSuite({
  name: 'gemini',
  spec: '@google/gemini-cli@0.61.0',
  server: google,
  write: (path, text) => [{ tool: 'write_file', input: { file_path: path, content: text } }],
  config: '.gemini/settings.json',
  recall: (query) => ({ tool: 'mcp_anneal_recall', input: { query } }),
})

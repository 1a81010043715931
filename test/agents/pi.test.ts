import { agentSuite, openAi } from './suite.ts'

agentSuite({
  name: 'pi',
  spec: '@mariozechner/pi-coding-agent@0.73.1',
  server: openAi,
  write: (path, text) => [{ tool: 'write', input: { path, content: text } }],
  config: '.pi/agent/settings.json',
  recall: null,
})

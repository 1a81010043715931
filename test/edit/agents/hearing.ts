import type { AgentLaunch, AgentTask, AgentUsage } from '../../../src/edit/agents/agent.ts'
import { agents } from '../../../src/edit/agents/agents.ts'
import { hear, NOTHING_TOLD, sumOf, type Told } from '../../../src/edit/agents/told.ts'
import type { AgentName } from '../../../src/records/task.ts'

/** What has been told after these lines of standard output, with the sum of what was used. */
export function hearing(name: AgentName, lines: readonly (string | object)[]): Told & { sum: AgentUsage } {
  const words = lines.flatMap((line) => agents[name].read(typeof line === 'string' ? line : JSON.stringify(line)))
  const told = words.reduce(hear, NOTHING_TOLD)
  return { ...told, sum: sumOf(told) }
}

/** How an agent is started for a plain task, changed by `wish`. */
export function launching(name: AgentName, wish: Partial<AgentTask> = {}): AgentLaunch & { line: string } {
  const task = {
    prompt: '/logs/prompt.md',
    folder: '/work',
    home: '/home',
    model: null,
    files: ['a.py'],
    environment: {},
    mcp: null,
  }
  const launch = agents[name].launch({ ...task, ...wish })
  return { ...launch, line: launch.words.join(' ') }
}

/** A server of ours, as agents are told of it. */
export const MCP = { command: '/usr/bin/node', args: ['/opt/anneal/run.js', 'mcp', '--run', 'a "b"'] }

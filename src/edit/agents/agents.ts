import type { AgentName } from '../../records/task.ts'
import type { Agent } from './agent.ts'
import { aider } from './aider.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { gemini } from './gemini.ts'
import { opencode } from './opencode.ts'
import { pi } from './pi.ts'

/** The coding agents by name. */
export const agents: Readonly<Record<AgentName, Agent>> = { codex, claude, opencode, gemini, pi, aider }

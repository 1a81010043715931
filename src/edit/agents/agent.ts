/** What an agent is started with. Paths are absolute. */
export type AgentTask = {
  /** The file that holds the prompt; it is on standard input too. */
  prompt: string
  /** The folder to change, in which the agent starts. */
  folder: string
  /** A folder of the agent's own for this attempt: its `HOME`. */
  home: string
  /** The model by the agent's own name for it; null for the agent's default. */
  model: string | null
  /** The editable files, as paths in the folder. */
  files: readonly string[]
  /** The user's environment. */
  environment: Readonly<Record<string, string>>
  /** Anneal's own MCP server; null where there is none. */
  mcp: { command: string; args: readonly string[] } | null
}

/** How an agent is started: its words after the program, what is set in its environment (null: unset), and the files of its home. */
export type AgentLaunch = {
  words: readonly string[]
  environment: Readonly<Record<string, string | null>>
  files: Readonly<Record<string, string>>
}

/** Tokens and money. `input` holds cached tokens too; `usd` is null where the agent knows no price. */
export type AgentUsage = { input: number; cached: number; output: number; usd: number | null }

/** One thing that an agent said. */
export type Word =
  /** For the live view. */
  | { kind: 'progress'; text: string }
  /** A message of the model, or with `part` a part of one that comes in several; the last message is the summary. */
  | { kind: 'message'; text: string; part?: true }
  /** What calls took: one call, whose figures take the place of earlier ones of the same id; a `total` takes the place of all. */
  | { kind: 'usage'; usage: AgentUsage; call?: string }
  | { kind: 'total'; usage: AgentUsage; calls: number }
  /** Dollars so far, by the agent itself. */
  | { kind: 'cost'; usd: number }
  /** What went wrong; `refused` where the server does not take the key. */
  | { kind: 'error'; text: string; refused?: boolean }
  /** It has done what it would. */
  | { kind: 'done' }

/** One coding agent. To add one: a file with this shape, its name in `AGENTS` of `records/task.ts`, its line in `agents.ts`, a test. */
export type Agent = {
  /** What must be on the PATH. */
  program: string
  /** How to get it, for the error where it is missing. */
  install: string
  launch(task: AgentTask): AgentLaunch
  /** Files that hold the user's login: copied into the agent's home for the time of the attempt, where they exist. */
  logins(environment: Readonly<Record<string, string>>): { from: string; to: string }[]
  /** What it would obey at the top of the folder (commands, hooks, servers): put aside while it works, for an earlier attempt could have written it. */
  obeys: readonly string[]
  /** Top-level names in its home and temp folder that are the agent's own affairs; anything else is reported. */
  own: RegExp
  /** The JSONL files that it keeps of its calls, by a folder of its home: read where it ends before it has told what it used. */
  accounts?: { folder: string; read(line: string): Word[] }
  /** Reads one line of standard output; pure. A line that means nothing gives nothing. */
  read(line: string): Word[]
}

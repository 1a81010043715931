/** What only the person at the keyboard may say; a task file never can. */
export type Own = { sandboxOff: boolean; allowNetwork: boolean }

/** Bounds of what a person may add to the next ideas: characters of one hint, and hints at a time. */
export const HINTS = { characters: 600, most: 10 } as const

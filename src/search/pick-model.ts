import type { ModelChoice, Role } from '../records/task.ts'

/** A model for a role: the one named, where it plays the role; else one drawn by weight, so that a resumed attempt asks the same one. */
export function pickModel(
  choices: readonly ModelChoice[],
  role: Role,
  name: string | null,
  random: () => number,
): ModelChoice | null {
  const able = choices.filter(({ roles }) => roles.includes(role))
  const named = able.find((choice) => choice.name === name)
  if (named) return named
  let left = random() * able.reduce((sum, { weight }) => sum + weight, 0)
  for (const choice of able) {
    left -= choice.weight
    if (left < 0) return choice
  }
  return able[0] ?? null
}

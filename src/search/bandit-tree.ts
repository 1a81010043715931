import type { Attempt } from '../records/attempt.ts'
import type { Operator } from '../records/idea.ts'
import type { Random } from '../records/random.ts'
import type { Run } from '../records/run.ts'
import type { Strategy } from './choice.ts'
import { debuggable } from './debuggable.ts'
import { greedyTree } from './greedy-tree.ts'
import { costOf } from './progress.ts'
import { drawRate, greatest, type Payoff } from './thompson.ts'

const DRAFTS = 3
const DEBUG_DEPTH = 3
/** An attempt's weight in what its kind has paid falls by this with each later one. */
const DISCOUNT = 0.99
/** Attempts without a gain after which a branch that does not lead is given up. */
const PATIENCE = 6
/** Attempts of a branch that may be its next parent. */
const CANDIDATES = 6
/** Children that the belief of an attempt's worth as a parent counts as, and what they are believed to have paid. */
const PARENT: Payoff = { paid: 4, cost: 20 }
/** How fast an attempt's worth as a parent falls with its distance from the branch's best, in usual gains. */
const DECAY = 5

/** What is believed to pay before anything was seen: operators, and whole attempts that climb on the leading branch or seek another. */
const BELIEFS: Readonly<Record<string, Payoff>> = {
  climb: { paid: 1, cost: 4 },
  seek: { paid: 1, cost: 25 },
  improve: { paid: 0.6, cost: 2 },
  debug: { paid: 1, cost: 2 },
  crossover: { paid: 0.3, cost: 2 },
}
const BELIEF: Payoff = { paid: 0.5, cost: 2 }
const NOTHING: Payoff = { paid: 0, cost: 0 }

/**
 * The tree as a bandit. A draft, or the baseline, is a branch with all that descends from it; the one with the best score leads. Thompson sampling, over
 * what each has paid for its cost in the discounted past, decides whether to climb on the leader or to seek another branch (the newest
 * that still gains, else a new draft), by which operator, and from which of the branch's best. Failures are debugged up to three deep.
 * An editor that knows its own operators is given parents greedily, which measured best for it.
 */
export const banditTree: Strategy = (run, random, wish) => {
  if (wish) return greedyTree(run, random, wish)
  const tree = grow(run)
  if (tree.drafts < DRAFTS) return { parents: [0], operator: 'draft' }
  const draw = (kind: string) => drawRate(tree.paid.get(kind) ?? NOTHING, BELIEFS[kind] ?? BELIEF, random)
  const seeks = draw('seek') > draw('climb')
  const branch = seeks ? challengerOf(tree) : tree.leader
  if (!branch) return { parents: [0], operator: 'draft' }
  const parent = parentOf(tree, branch, random)
  const mate = mateOf(tree, branch, parent, random)
  const broken = debuggable(run, DEBUG_DEPTH).filter(({ attempt }) => !seeks || tree.homes.get(attempt) === branch)
  const able: Operator[] = ['improve']
  if (broken.length > 0) able.push('debug')
  if (mate && !seeks) able.push('crossover')
  const operator = greatest(able, draw)
  const failed = broken.findLast(({ attempt }) => tree.homes.get(attempt) === branch) ?? broken.at(-1)
  if (operator === 'debug' && failed) return { parents: [failed.attempt], operator }
  if (operator === 'crossover' && mate) return { parents: [parent, mate.attempt], operator }
  return { parents: [parent], operator: 'improve' }
}

/** `top` holds its best attempts, best first, scores signed so that higher is better; `idle` counts attempts since it last gained. */
type Branch = { top: { attempt: Attempt; value: number }[]; idle: number }
type Tree = {
  branches: Branch[]
  leader: Branch | undefined
  homes: Map<number, Branch>
  drafts: number
  /** The usual gain, of late. */
  typical: number
  paid: Map<string, Payoff>
  /** What the children of an attempt have paid. */
  children: Map<number, Payoff>
}

/** Everything that a choice asks for, in one pass. */
function grow(run: Run): Tree {
  const sign = run.task.evaluate.direction === 'maximize' ? 1 : -1
  const tree: Tree = {
    branches: [],
    leader: undefined,
    homes: new Map(),
    drafts: 0,
    typical: 0,
    paid: new Map(),
    children: new Map(),
  }
  const costs = run.attempts.map((one) => costOf(one, run))
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / Math.max(1, costs.length)
  let weight = DISCOUNT ** run.attempts.length
  for (const [index, one] of run.attempts.entries()) {
    weight /= DISCOUNT
    const above = one.operator === 'draft' ? undefined : tree.homes.get(one.parents[0] ?? -1)
    const branch: Branch = above ?? { top: [], idle: 0 }
    if (!above) tree.branches.push(branch)
    tree.homes.set(one.attempt, branch)
    if (one.operator === 'draft') tree.drafts++
    const value = one.status === 'scored' && one.score !== null ? sign * one.score : null
    const before = branch.top[0]?.value
    const lead = tree.leader?.top[0]?.value ?? Number.NEGATIVE_INFINITY
    const gain = value === null || before === undefined ? 0 : Math.max(0, value - before)
    if (gain > 0) tree.typical = tree.typical === 0 ? gain : 0.8 * tree.typical + 0.2 * gain
    const reward =
      gain > 0
        ? (2 * gain) / (gain + tree.typical)
        : Number(above !== undefined && before === undefined && value !== null)
    const cost = (costs[index] ?? mean) / mean
    const kind = branch === tree.leader ? 'climb' : 'seek'
    if (tree.drafts > DRAFTS || kind === 'climb')
      credit(tree.paid, kind, weight * Number(value !== null && value > lead), weight * cost)
    if (one.operator !== 'draft') {
      credit(tree.paid, one.operator, weight * reward, weight * cost)
      credit(tree.children, one.parents[0] ?? 0, reward, cost)
    }
    branch.idle = reward > 0 || !above ? 0 : branch.idle + 1
    if (value === null) continue
    enter(branch.top, { attempt: one, value })
    if (value > lead) tree.leader = branch
  }
  for (const { parents, operator } of run.open) {
    if (operator === 'draft') tree.drafts++
    else credit(tree.children, parents[0] ?? 0, 0, 1)
  }
  return tree
}

function credit<K>(payoffs: Map<K, Payoff>, key: K, paid: number, cost: number): void {
  const payoff = payoffs.get(key)
  if (!payoff) return void payoffs.set(key, { paid, cost })
  payoff.paid += paid
  payoff.cost += cost
}

function enter(top: Branch['top'], one: Branch['top'][number]): void {
  let place = top.length
  while (place > 0 && one.value > (top[place - 1]?.value ?? 0)) place--
  if (place >= CANDIDATES) return
  top.splice(place, 0, one)
  if (top.length > CANDIDATES) top.pop()
}

/** The newest branch beside the leader that still gains; undefined where a new one is to be begun. */
function challengerOf({ branches, leader }: Tree): Branch | undefined {
  return branches.findLast((branch) => branch !== leader && branch.top.length > 0 && branch.idle < PATIENCE)
}

function parentOf({ children, typical }: Tree, { top }: Branch, random: Random): number {
  const best = top[0]?.value ?? 0
  const draw = ({ attempt, value }: Branch['top'][number]) => {
    const near = value === best ? 1 : Math.exp((DECAY * (value - best)) / (typical || 1))
    return near * drawRate(children.get(attempt.attempt) ?? NOTHING, PARENT, random)
  }
  return greatest(top, draw)?.attempt.attempt ?? 0
}

/** A good attempt of another branch, or of this one where there is none. */
function mateOf({ branches }: Tree, branch: Branch, parent: number, random: Random): Attempt | undefined {
  const others = branches.flatMap((one) => (one !== branch && one.top[0] ? [one.top[0]] : []))
  const mates = [...branch.top.slice(0, 3), ...others].filter(
    ({ attempt }) => attempt.attempt !== parent && attempt.attempt !== 0,
  )
  return mates[Math.floor(random() * mates.length)]?.attempt
}

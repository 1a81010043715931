import { merge } from '../task/load.ts'
import { keysOf, readSuiteFile, type Suite, settingsOf, suiteOf } from '../task/suite.ts'

/** What flags say of a suite. */
export type SuiteFlags = {
  on?: string[] | undefined
  vary?: string[] | undefined
  set?: string[] | undefined
  seeds?: number | undefined
  parallel?: number | undefined
  budget: object
}

/** A suite out of a file, flags, or both; flags win. Throws an AnnealError that names the key. */
export async function suiteFrom(file: string | undefined, flags: SuiteFlags): Promise<Suite> {
  const keys = file === undefined ? {} : await readSuiteFile(file)
  const { on, vary, set, seeds, parallel, budget } = flags
  const given = {
    tasks: on,
    settings: vary && settingsOf(vary),
    seeds,
    parallel,
    // A budget is one whole: part of another would not be what was asked.
    budget: Object.keys(budget).length > 0 ? budget : undefined,
  }
  const above = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const laid = { ...keys, ...above }
  const whole = set ? merge(laid, { task: keysOf(set) }) : laid
  return suiteOf('settings' in whole ? whole : { ...whole, settings: { default: {} } }, file ?? 'flags')
}

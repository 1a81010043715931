import { it } from 'vitest'

/** Whether the tests that take long run too: `npm run test:all`. */
export const all = Boolean(process.env.ANNEAL_TEST_ALL)

/** A test that takes long: it runs only with `npm run test:all`. */
export const long = it.skipIf(!all)

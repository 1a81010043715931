import { expect, it } from 'vitest'
import { requestError } from '../../src/front/request-error.ts'

it('a flag that is not known is answered with the nearest one, never with itself', () => {
  const fault = (flag: string) => Object.assign(new Error(`Nonexistent flag: ${flag}`), { flags: [flag] })
  const known = { command: 'report', flags: ['open', 'no-open', 'out'] }
  expect(requestError(fault('--opne'), known).fix).toContain('Did you mean --open?')
  expect(requestError(fault('--no-open'), known).fix).not.toContain('--no-open?')
})

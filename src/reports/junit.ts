import { safe } from './plain.ts'

/** One claim that CI shows: it held, it did not (`failure`), or there was nothing to hold (`skipped`). */
export type Claim = { name: string; seconds?: number; failure?: { message: string; text?: string }; skipped?: string }
export type Suite = { name: string; claims: readonly Claim[]; output?: string }

/** A suite as a JUnit XML file, the form that CI systems read. */
export function junitText({ name, claims, output }: Suite): string {
  const failures = claims.filter(({ failure }) => failure !== undefined).length
  const skipped = claims.filter((claim) => claim.skipped !== undefined).length
  const seconds = claims.reduce((sum, claim) => sum + (claim.seconds ?? 0), 0)
  const head = `name="${xml(name)}" tests="${claims.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds.toFixed(3)}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${head}>`,
    `  <testsuite ${head}>`,
    ...claims.map((claim) => claimText(name, claim)),
    ...(output === undefined ? [] : [`    <system-out>${xml(output)}</system-out>`]),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function claimText(suite: string, { name, seconds = 0, failure, skipped }: Claim): string {
  const head = `    <testcase classname="${xml(suite)}" name="${xml(name)}" time="${seconds.toFixed(3)}"`
  if (failure)
    return `${head}>\n      <failure message="${xml(failure.message)}">${xml(failure.text ?? failure.message)}</failure>\n    </testcase>`
  if (skipped !== undefined) return `${head}>\n      <skipped message="${xml(skipped)}"/>\n    </testcase>`
  return `${head}/>`
}

/** Text of any origin for XML 1.0: without the characters that it knows no way to write. */
const xml = (text: string) =>
  safe(text)
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, '')
    .replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

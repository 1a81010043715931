import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { junitText } from '../../src/reports/junit.ts'

/** Parses the XML with Python's own parser and gives the values that were in it. */
function parsed(xml: string) {
  const program =
    'import sys, json, xml.etree.ElementTree as e; r = e.parse(sys.stdin.buffer).getroot(); print(json.dumps([[x.tag, x.attrib, x.text] for x in r.iter()]))'
  const { stdout, stderr } = spawnSync('python3', ['-c', program], { input: xml, encoding: 'utf8' })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as [string, Record<string, string>, string | null][]
}

test('a suite is well-formed whatever its texts hold, and counts its claims', () => {
  const nasty = '<a b="c">]]> & \u0000\u0008\u001b[31m \ud800 \uffff é 日本\n::error::no'
  const found = parsed(
    junitText({
      name: 'anneal run',
      claims: [
        { name: 'holds', seconds: 1.5 },
        { name: nasty, failure: { message: nasty, text: nasty } },
        { name: 'none', skipped: nasty },
      ],
      output: nasty,
    }),
  )
  expect(found.map(([tag]) => tag)).toEqual([
    'testsuites',
    'testsuite',
    'testcase',
    'testcase',
    'failure',
    'testcase',
    'skipped',
    'system-out',
  ])
  expect(found[1]?.[1]).toMatchObject({ tests: '3', failures: '1', skipped: '1', time: '1.500' })
  expect(found[4]?.[2]).toBe('<a b="c">]]> &  \ufffd  é 日本\n: :error::no')
})

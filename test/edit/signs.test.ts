import { describe, expect, it } from 'vitest'
import { signsInDiff } from '../../src/edit/signs.ts'
import { signsInOutput } from '../../src/evaluate/signs.ts'

const added = (line: string) => signsInDiff(`diff --git a/x b/x\n+++ b/x\n context\n+${line}\n`, ['answers/test.csv'])

describe('signs of tampering', () => {
  it.each([
    'open(os.environ["ANNEAL_RESULT"], "w")',
    'for fd in os.listdir("/proc/self/fd"): pass',
    'os._exit(0)',
    'frame = sys._getframe(1)',
    'time.perf_counter = lambda: 0',
    'performance.now = () => 0',
    'def __eq__(self, other): return True',
    'open("answers/test.csv")',
  ])('are seen in the source: %s', (line) => expect(added(line)).toHaveLength(1))

  it.each([
    'const start = performance.now()',
    'if (Date.now() === start) x()',
    'process.exit(1)',
    't = time.time()',
    'def __eq__(self, other): return self.x == other.x',
  ])('are not seen in honest code: %s', (line) => expect(added(line)).toEqual([]))

  it('are not looked for in lines that were there before', () => {
    expect(signsInDiff('-os._exit(0)\n os._exit(0)\n', [])).toEqual([])
  })

  it('are seen in what a candidate printed', () => {
    expect(signsInOutput('Error: connect ENETUNREACH 1.2.3.4', [])).toEqual(['it tried to reach the network'])
    expect(signsInOutput("FileNotFoundError: 'answers/test.csv'", ['answers/test.csv'])).toHaveLength(1)
    expect(signsInOutput("Permission denied: '/root/.ssh/id'", [])).toHaveLength(1)
    expect(signsInOutput('epoch 3: loss 0.2', ['answers/test.csv'])).toEqual([])
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { suiteFrom } from '../../src/jobs/suite.ts'
import { settingsOf, suiteOf } from '../../src/task/suite.ts'
import { repository } from '../support/cli.ts'

const least = { tasks: ['circle-packing'], settings: { a: {} }, budget: { attempts: 5 } }

describe('a suite', () => {
  it('fills in what is not said', () => {
    expect(suiteOf(least, 'here')).toEqual({
      name: 'bench',
      tasks: ['circle-packing'],
      settings: { a: { data: 'fresh' } },
      seeds: [1, 2, 3],
      budget: { attempts: 5 },
      task: {},
      parallel: 1,
    })
  })

  it('lets no setting spend more than another, or leave the pairing', () => {
    const wrong = (keys: object, why: string) => expect(() => suiteOf({ ...least, ...keys }, 'here')).toThrow(why)
    wrong({ settings: { a: { budget: { attempts: 9 } } } }, 'settings.a: a setting has no budget of its own')
    wrong({ settings: { a: { search: { seed: 9 } } } }, 'settings.a: a setting has no seed of its own')
    wrong({ settings: {} }, 'name at least one setting')
    wrong({ settings: { '../up': {} } }, 'a name is made of letters')
    wrong({ budget: {} }, 'say what each run may spend')
    wrong({ seeds: [1, 1] }, 'a seed is there twice')
    wrong({ tasks: [{ starter: 'a', folder: 'b' }] }, 'tasks.0')
    wrong({ taks: [] }, 'taks')
  })

  it('makes a setting of every combination of flags, named for its values', () => {
    expect(settingsOf(['search.strategy=greedy-tree,map-elites', 'search.ideas=1,3'])).toEqual({
      'greedy-tree+ideas=1': { search: { strategy: 'greedy-tree', ideas: 1 } },
      'greedy-tree+ideas=3': { search: { strategy: 'greedy-tree', ideas: 3 } },
      'map-elites+ideas=1': { search: { strategy: 'map-elites', ideas: 1 } },
      'map-elites+ideas=3': { search: { strategy: 'map-elites', ideas: 3 } },
    })
    expect(Object.keys(settingsOf(['memory=on,off']))).toEqual(['memory=on', 'memory=off'])
    expect(() => settingsOf(['strategy'])).toThrow('says no key and value')
  })

  it('is read from a file, over which flags win', async () => {
    const folder = repository({
      'suite.yaml':
        'tasks: [circle-packing]\nsettings: {a: {}}\nseeds: 2\nbudget: {attempts: 9, time: 1h}\ntask: {editor: genetic}\n',
    })
    const file = join(folder, 'suite.yaml')
    const suite = await suiteFrom(file, { seeds: 1, set: ['search.ideas=2'], budget: { attempts: 3 } })
    expect(suite).toMatchObject({ seeds: [1], task: { editor: 'genetic', search: { ideas: 2 } } })
    expect(suite.budget).toEqual({ attempts: 3 })
    writeFileSync(file, 'tasks: [\n')
    await expect(suiteFrom(file, { budget: {} })).rejects.toThrow('is not valid YAML')
    await expect(suiteFrom(join(folder, 'none.yaml'), { budget: {} })).rejects.toThrow('There is no suite')
  })
})

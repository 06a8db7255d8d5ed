import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '../server/testing/world.ts'
import { isCampaign, patience, tellFigures } from './support/figures.ts'
import { catalogueFaults, hasCatalogueFault } from './support/row-security/catalogue.ts'
import { decisionMutants, policyMutants, roleMutants, tableMutants } from './support/row-security/mutants.ts'
import type { Mutant } from './support/row-security/mutants.ts'
import { reasonFor } from './support/row-security/reviewed.ts'
import { differencesIn, EVERYTHING, takesForgery } from './support/row-security/probes.ts'
import type { Probe } from './support/row-security/probes.ts'
import { makeSituations } from './support/row-security/situations.ts'
import type { Situation } from './support/row-security/situations.ts'

/** A whole look at each mutant takes seconds; the campaign looks at all of them, a commit at one in so many. */
const ONE_IN = isCampaign() ? 1 : 20
const LONG_MS = patience(120_000)
/** Enough to tell a hole where all or nothing is open; where something is, each permission tells something else. */
const FEW: readonly Probe[] = ['read tickets', 'open a ticket']
const SOME: readonly Probe[] = [...FEW, 'read tickets while opening one', 'export invoices']

function tellingProbes({ opens }: Situation): readonly Probe[] {
  return opens.length === 0 || opens.length === EVERYTHING.length ? FEW : SOME
}

let world: TestWorld
let situations: readonly Situation[]
let client: pg.Client
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  situations = await makeSituations(world)
  client = new pg.Client({ ...world.connection })
  await client.connect()
  // Without it the first read makes it, and every probe here is rolled back: no decision would ever be kept.
  await client.query('insert into access.stamp_era default values')
})
afterAll(async () => {
  await client.end()
  await world[Symbol.asyncDispose]()
})

const sample = (mutants: readonly Mutant[]) => mutants.filter((_, index) => index % ONE_IN === 0)

/** The mutants that the catalogue's rules do not see, each made and taken back within one transaction. */
async function survivorsOfCatalogue(mutants: readonly Mutant[]): Promise<string[]> {
  const survivors: string[] = []
  for (const { name, make } of mutants) {
    await client.query('begin')
    await client.query(make)
    if (!(await hasCatalogueFault(client))) survivors.push(name)
    await client.query('rollback')
  }
  return survivors
}

async function isForged(): Promise<boolean> {
  const [mine, other] = situations
  if (!mine || !other) throw new Error('There are no situations.')
  return takesForgery(client, { mine, other })
}

/** Whether some situation differs, looked for until the first that does. An error is no answer, so it counts as one. */
async function isSeen(): Promise<boolean> {
  // Nothing here notes that a session was used, and of one that is idle no decision is kept.
  await client.query(`update session set seen_at = now() where seen_at > now() - interval '25 minutes'`)
  if (await isForged().catch(() => true)) return true
  for (const situation of situations) {
    try {
      if ((await differencesIn(client, situation, tellingProbes(situation))).differences.length > 0)
        return true
    } catch {
      return true
    }
  }
  return false
}

async function survivorsOfSituations(mutants: readonly Mutant[]): Promise<string[]> {
  const survivors: string[] = []
  for (const { name, make, mend } of mutants) {
    await client.query(make)
    if (!(await isSeen())) survivors.push(name)
    await client.query(mend)
  }
  return survivors
}

test(
  'raw SQL of each login reads and changes exactly what the specification opens in each situation (R1, R2)',
  async () => {
    const differences: string[] = []
    let asked = 0
    for (const situation of situations) {
      const found = await differencesIn(client, situation, EVERYTHING)
      asked += found.asked
      differences.push(...found.differences)
    }
    expect(differences).toEqual([])
    expect(await isForged()).toBe(false)
    expect(asked).toBeGreaterThan(800)
    tellFigures([{ name: 'questions in raw SQL', count: asked }])
  },
  LONG_MS,
)

test('the catalogue of the database keeps every rule that row security rests on (R1)', async () => {
  expect(await catalogueFaults(client)).toEqual([])
})

test(
  'a hole in a deciding function or view is seen by the questions, unless another condition says the same (R1)',
  async () => {
    const mutants = sample(await decisionMutants(client))
    const survivors = await survivorsOfSituations(mutants)
    expect(survivors.filter((name) => reasonFor(name) === undefined)).toEqual([])
    expect(mutants.length - survivors.length).toBeGreaterThan(mutants.length / 2)
    tellFigures([
      { name: 'holes in deciding functions and views', count: mutants.length },
      { name: 'of them told by another condition', count: survivors.length },
    ])
  },
  LONG_MS,
)

test(
  'a hole in a policy, a table, a view or a role is seen in the catalogue (R1)',
  async () => {
    const mutants = sample([
      ...(await policyMutants(client)),
      ...(await tableMutants(client)),
      ...(await roleMutants(client)),
    ])
    const survivors = await survivorsOfCatalogue(mutants)
    // One of several policies dropped lets fewer rows through, never more: a hole for users, not for strangers.
    expect(survivors.filter((name) => !name.startsWith('drop policy'))).toEqual([])
    tellFigures([
      { name: 'holes in the catalogue', count: mutants.length },
      { name: 'of them narrowing only', count: survivors.length },
    ])
  },
  LONG_MS,
)

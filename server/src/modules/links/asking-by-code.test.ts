import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CODES, makeCodeActs } from '#testing/invitation-code-acts.ts'
import type { Made } from '#testing/invitation-code-acts.ts'
import { makeLinkActs } from '#testing/link-acts.ts'
import type { Cast } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeInvitationCode } from './invitation-code.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const { ask, cast, makeLink, newestLink, tenantMove } = makeLinkActs(() => world)
const { arrived, make, rowsOf, setEnd, setRules, shapeOf, stateOf, use, withdraw } = makeCodeActs(() => world)

describe('a code that leads nowhere', () => {
  /** Each makes a code that does not hold, or does not hold for this partner. */
  const CASES: Record<string, (people: Cast, made: Made) => Promise<unknown>> = {
    withdrawn: async (people, made) => withdraw(people, made),
    expired: (people, made) => setEnd(people, made),
    used: async (_people, made) => expect((await use(await cast(), made.code)).statusCode).toBe(202),
    'of a closed organisation': ({ tenant }) =>
      world.seed(`update tenant set status = 'closed' where id = $1`, [tenant], tenant),
    'of one that bars this partner by name': (people) =>
      setRules(people, `who_may_ask, listed_partner_ids) values ($1, 'unlisted', array[$2]::uuid[]`, [
        people.partner,
      ]),
    'of one that gives no such role': (people) =>
      setRules(people, `roles_allowed) values ($1, array['auditor']`),
    'of a sandbox of somebody else': async ({ tenant }) =>
      world.seed(
        `insert into sandbox_tenant (partner_id, tenant_id) values ($1, $2)`,
        [await world.partner('Elsewhere'), tenant],
        tenant,
      ),
  }

  test.each(Object.keys(CASES))(
    'because it is %s: answer, row and log are those of a code that holds',
    async (name) => {
      const [real, unknown, bad] = [await cast(), await cast(), await cast()]
      const { code } = await make(real)
      const made = await make(bad)
      await CASES[name]?.(bad, made)
      const before = await arrived(bad)
      const heard = []
      for (const [people, typed] of [
        [real, code],
        [unknown, makeInvitationCode().shown],
        [bad, made.code],
      ] as const) {
        const sent = await use(people, typed)
        const events = await world.sql(
          `select e.action, e.tenant_id, e.tenant_name, e.changes, e.delegation_id, length(e.resource_label) as label from audit_event e join audit_scope s on s.event_id = e.id
         where s.kind = 'partner' and s.scope_id = $1 order by e.id`,
          [people.partner],
        )
        heard.push({ status: sent.statusCode, body: sent.json(), row: await shapeOf(people), events })
      }
      expect(heard[0]).toMatchObject({
        status: 202,
        body: { status: 'sent' },
        events: [{ action: 'links.request' }],
      })
      expect(heard[1]).toEqual(heard[0])
      expect(heard[2]).toEqual(heard[0])
      expect(await arrived(real)).toHaveLength(1)
      expect(await arrived(bad)).toEqual(before)
    },
  )

  test('because there is a link already is answered the same, and the code still holds for another partner', async () => {
    const linked = await makeLink()
    const made = await make(linked)
    expect((await use(linked, made.code)).json()).toMatchObject({ status: 'sent' })
    expect((await rowsOf(linked)).map(({ status }: { status: string }) => status).toSorted()).toEqual([
      'active',
      'requested',
    ])
    expect(await arrived(linked)).toHaveLength(1)
    expect(await stateOf(linked, made)).toMatchObject({ status: 'open' })
    expect((await use(await cast(), made.code)).statusCode).toBe(202)
    expect(await stateOf(linked, made)).toMatchObject({ status: 'used' })
  })

  test('a request that waits is not told from none by asking for the same organisation by name, nor by its code again (existence)', async () => {
    const [real, phantom] = [await cast(), await cast()]
    const { code } = await make(real)
    const read = []
    for (const [people, typed] of [
      [real, code],
      [phantom, makeInvitationCode().shown],
    ] as const) {
      const answers = [
        await use(people, typed),
        await ask(people),
        await use(people, typed),
        await ask(people),
      ]
      read.push(answers.map((one) => [one.statusCode, one.json().code ?? one.json().status]))
    }
    expect(read[0]).toEqual([
      [202, 'sent'],
      [202, 'sent'],
      [202, 'sent'],
      [409, 'LINK_ALREADY_LIVE'],
    ])
    expect(read[1]).toEqual(read[0])
    expect(await arrived(real)).toHaveLength(1)
    // The one that names an organisation reached it where no code had been there before.
    expect(await arrived(phantom)).toHaveLength(1)
  })

  test('lets nobody ask again by name within seven days after what was asked by code was declined, and says so to nobody', async () => {
    const people = await cast()
    await use(people, (await make(people)).code)
    const { link_id: id } = await newestLink(people)
    await tenantMove({ ...people, id }, 'decline', { reason: 'Not now' })
    expect((await ask(people)).statusCode).toBe(202)
    expect((await arrived(people)).map(({ status }) => status)).toEqual(['declined'])
    const again = await make(people)
    expect((await use(people, again.code)).statusCode).toBe(202)
    expect((await arrived(people)).map(({ status }) => status)).toEqual(['declined', 'requested'])
  })
})

describe('the rules of the tenant', () => {
  test.each([
    ['nobody may ask', `who_may_ask) values ($1, 'none'`],
    ['only listed partners may ask', `who_may_ask) values ($1, 'listed'`],
  ])('%s: the code is its word that this partner may (B10)', async (_name, rules) => {
    const people = await cast()
    await setRules(people, rules)
    await ask(people)
    expect(await arrived(people)).toEqual([])
    const sent = await use(people, (await make(people)).code)
    expect(sent.statusCode, sent.body).toBe(202)
    expect(await arrived(people)).toEqual([expect.objectContaining({ status: 'requested' })])
  })

  test('how long access may last bounds what is asked by code, too', async () => {
    const people = await cast()
    await setRules(people, `max_duration_days) values ($1, 30`)
    await use(people, (await make(people)).code, { duration_days: 365 })
    const [held] = await world.sql<{ days: number }>(
      `select round(extract(epoch from ends_at - starts_at) / 86400)::integer as days from delegation where tenant_id = $1`,
      [people.tenant],
    )
    expect(held?.days).toBe(30)
  })
})

describe('at the same moment', () => {
  test('two partners use one code: exactly one request arrives, and both read the same (attack 86)', async () => {
    for (let round = 0; round < 4; round += 1) {
      const people = await cast()
      const [first, second] = [await cast(), await cast()]
      const made = await make(people)
      const answers = await Promise.all([use(first, made.code), use(second, made.code)])
      expect(answers.map((one) => one.statusCode)).toEqual([202, 202])
      expect(await arrived(people)).toHaveLength(1)
      expect(await shapeOf(first)).toEqual(await shapeOf(second))
    }
  })

  test('one partner uses a code twice, and asks by name: one request arrives', async () => {
    const people = await cast()
    const made = await make(people)
    const answers = await Promise.all([use(people, made.code), use(people, made.code), ask(people)])
    expect(answers.map((one) => one.statusCode)).toEqual([202, 202, 202])
    expect(await arrived(people)).toHaveLength(1)
  })

  test('a partner asks twice by name: one is sent and one refused, whether or not there is such an organisation (existence)', async () => {
    const [real, phantom] = [await cast(), await cast()]
    const answers = []
    for (const people of [real, { ...phantom, slug: 'nobody-has-this' }])
      answers.push(
        (await Promise.all([ask(people), ask(people)]))
          .map((one) => one.statusCode)
          .toSorted((left, right) => left - right),
      )
    expect(answers).toEqual([
      [202, 409],
      [202, 409],
    ])
  })

  test('a code is used or withdrawn, never both, and the tenant hears the truth', async () => {
    for (let round = 0; round < 4; round += 1) {
      const people = await cast()
      const made = await make(people)
      const [used, withdrawn] = await Promise.all([use(people, made.code), withdraw(people, made)])
      expect(used.statusCode).toBe(202)
      const isWithdrawn = withdrawn.statusCode === 200
      expect(await stateOf(people, made)).toMatchObject({ status: isWithdrawn ? 'withdrawn' : 'used' })
      expect(await arrived(people)).toHaveLength(isWithdrawn ? 0 : 1)
    }
  })

  test('no more than twenty codes are open at a time, however many are made at once', async () => {
    const people = await cast()
    const made = await Promise.all(
      Array.from({ length: 24 }, () => world.call(people.admin, 'POST', CODES, { body: {} })),
    )
    expect(made.filter((one) => one.statusCode === 201)).toHaveLength(20)
    expect(new Set(made.filter((one) => one.statusCode !== 201).map((one) => one.json().code))).toEqual(
      new Set(['INVITATION_CODE_LIMIT_REACHED']),
    )
    const one = made.find(({ statusCode }) => statusCode === 201)?.json()
    await withdraw(people, one)
    expect((await world.call(people.admin, 'POST', CODES, { body: {} })).statusCode).toBe(201)
  })
})

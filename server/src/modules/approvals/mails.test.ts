import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { buildPayout, movePayout, openPayoutScene, seedEarning } from '#testing/payout-acts.ts'
import { wholeProduct } from '#testing/whole-product.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import type { Caller, SeededPerson } from '#testing/world.ts'

let world: TestWorld
let asker: SeededPerson & { readonly caller: Caller }
let others: readonly SeededPerson[]
beforeAll(async () => {
  world = await TestWorld.start(wholeProduct)
  const [ann, bob, cem, away] = [
    await world.person('Ann First'),
    await world.person('Bob Second'),
    await world.person('Cem Third'),
    await world.person('Dee Away'),
  ]
  for (const { id } of [ann, bob, cem, away]) await world.platformAdmin(id)
  await world.seed(`update platform_staff set status = 'inactive' where person_id = $1`, [away.id])
  asker = { ...ann, caller: await world.signIn(ann.id) }
  others = [bob, cem]
})
afterAll(() => world[Symbol.asyncDispose]())

interface Kept {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** What waits to be mailed with this in its subject, by address. */
const mailsAbout = (subject: string) =>
  world.sql<Kept>(
    `select payload ->> 'to' as to, payload ->> 'subject' as subject, payload ->> 'text' as text
     from outbox where topic = 'mail' and payload ->> 'subject' like '%' || $1 || '%' order by 1`,
    [subject],
  )

const addresses = (people: readonly SeededPerson[]) => people.map(({ email }) => email).toSorted()

describe('whoever may answer is told by one mail', () => {
  test('when somebody asks for the end of a partner, with the page and without the reason; never whoever asked, and nobody at the second try (C1)', async () => {
    const partner = await world.partner('Two Ltd')
    const path = `/api/v1/admin/partners/${encodeId('partner', partner)}/terminate`
    const ask = () =>
      world.call(asker.caller, 'POST', path, { body: { reason: 'They were bought', name: 'Two Ltd' } })
    expect((await ask()).statusCode).toBe(202)
    expect((await ask()).json().code).toBe('SECOND_PERSON_WAITING')
    const mails = await mailsAbout('Two Ltd')
    expect(mails.map(({ to }) => to)).toEqual(addresses(others))
    for (const { subject, text } of mails) {
      expect(subject).toBe('Ann First wants to end the work with Two Ltd')
      expect(text).toContain(`${TEST_ORIGIN}/platform/partners/${encodeId('partner', partner)}\n`)
      expect(text).not.toContain('bought')
    }
  })

  test('when somebody asks for fewer people for agreements and for earnings, and not when more are asked for (D4, D6)', async () => {
    const care = (before: string, after: string) =>
      world.call(asker.caller, 'PUT', '/api/v1/admin/program', {
        body: { before, four_eyes: after, reason: 'Less work' },
      })
    expect((await care('approval', 'offer_and_approval')).statusCode).toBe(200)
    expect(await mailsAbout('decide about agreements')).toEqual([])
    expect((await care('offer_and_approval', 'off')).json().four_eyes_asked).toMatchObject({
      state: 'waiting',
    })
    const policy = (await world.call(asker.caller, 'GET', '/api/v1/admin/earnings/policy')).json()
    const asked = await world.call(asker.caller, 'PUT', '/api/v1/admin/earnings/policy', {
      body: {
        after_version: policy.version,
        approves_by_itself: true,
        two_people_above: policy.two_people_above,
        reason: 'Less work',
      },
    })
    expect(asked.json().asked, asked.body).toMatchObject({ state: 'waiting' })
    for (const subject of ['decide about agreements', 'decide about earnings']) {
      const mails = await mailsAbout(subject)
      expect(
        mails.map(({ to }) => to),
        subject,
      ).toEqual(addresses(others))
      for (const { text } of mails) expect(text).toContain(`${TEST_ORIGIN}/platform/program\n`)
    }
  })

  test('when a payout is submitted: not whoever built or submitted it, nor a member of a partner in it (D7)', async () => {
    const maker = asker.caller
    const [checker, member] = others
    if (!checker || !member) throw new Error('There are two other admins.')
    const scene = await openPayoutScene(world, {
      maker,
      checker: await world.signIn(checker.id),
      checkerId: checker.id,
    })
    await world.partnerMember(scene.partner, member.id, 'PARTNER_STAFF')
    await seedEarning(world, scene, { amount: 9000 })
    const built = await buildPayout(world, maker, {
      partner_ids: [encodeId('partner', scene.partner)],
    })
    const { batch_id: batchId, number } = built.json()
    const subject = `Payout ${number} waits`
    expect(await mailsAbout(subject)).toEqual([])
    expect((await movePayout(world, maker, { batchId, move: 'submit' })).json().state).toBe('submitted')
    const mails = await mailsAbout(subject)
    expect(mails.map(({ to }) => to)).toEqual([checker.email])
    expect(mails[0]?.text).toContain('Ann First submitted')
    expect(mails[0]?.text).toContain('90.00 EUR')
    expect(mails[0]?.text).toContain(`${TEST_ORIGIN}/platform/payouts/${batchId}\n`)
    expect(mails[0]?.text).not.toContain('Brightside')
  })
})

test('no login mails anybody about what was not just asked for in its own name (C1, C8, D7)', async () => {
  for (const login of LOGINS)
    for (const name of ['mail_second_people', 'mail_batch_approvers', 'mail_second_reviewers']) {
      const outcome = await world.sqlAs(login, `select access.${name}(uuidv7(), 'x', 'y') as mailed`).then(
        (rows) => JSON.stringify(rows),
        (error: Error) => error.message,
      )
      expect(outcome, `${login} ${name}`).toMatch(/permission denied|mails no|^\[\{"mailed":0\}\]$/)
    }
  expect(await mailsAbout('x')).toEqual([])
})

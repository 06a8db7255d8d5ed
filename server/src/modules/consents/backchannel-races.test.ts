import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AskingScene } from '#testing/access-request-acts.ts'
import { BackchannelWorld } from '#testing/backchannel-acts.ts'
import type { Caller } from '#testing/world.ts'

let ciba: BackchannelWorld
beforeAll(async () => {
  ciba = await BackchannelWorld.start()
})
afterAll(() => ciba[Symbol.asyncDispose]())

const ROUNDS = 3

/** An administrator has read the request and chosen; what is left is the last click. */
async function ready(scene: AskingScene, path: string, as: Caller) {
  const { acts } = ciba.asking
  const { key } = await ciba.begin(path, as)
  const { body: page } = await acts.choose(scene.people, key, { actions: ['order.create'], as })
  return {
    allow: () => acts.decide(scene.people, key, { page, as }),
    decline: () => acts.decide(scene.people, key, { as }),
  }
}

/** A request with two administrators who are about to answer it. */
async function open() {
  const scene = await ciba.open()
  const asked = await ciba.ask(scene)
  const path = await ciba.page(scene)
  const colleague = await ciba.asking.acts.colleague(scene.people)
  const [mine, theirs] = [
    await ready(scene, path, scene.people.admin),
    await ready(scene, path, colleague.caller),
  ]
  return { scene, asked, mine, theirs }
}

/** The consents that came of a request, besides the one under which it was asked. */
const made = ({ cast, consentId }: AskingScene) =>
  ciba.world.sql(
    `select d.id from delegation d join consent c on c.id = d.id where c.client_id = $1 and d.id <> $2 and d.status = 'active'`,
    [cast.client, consentId],
  )

describe('two administrators who answer one request at the same moment (attack 83)', () => {
  test('and both allow it make one consent and one token', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { scene, asked, mine, theirs } = await open()
      const answers = await Promise.all([mine.allow(), theirs.allow()])
      expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([303, 409])
      expect(await made(scene)).toHaveLength(1)
      expect((await ciba.poll(scene, asked)).status).toBe(200)
      await ciba.letPollAgain()
      expect((await ciba.poll(scene, asked)).body['access_token']).toBeUndefined()
    }
  })

  test('and do not agree are one answer: what the client hears is what was answered first', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { scene, asked, mine, theirs } = await open()
      const [yes, no] = await Promise.all([mine.allow(), theirs.decline()])
      const isAllowed = yes.statusCode === 303
      expect([yes.statusCode, no.statusCode]).toEqual(isAllowed ? [303, 409] : [409, 303])
      expect(await made(scene)).toHaveLength(isAllowed ? 1 : 0)
      const { status, body } = await ciba.poll(scene, asked)
      expect([status, body['error']]).toEqual(isAllowed ? [200, undefined] : [400, 'access_denied'])
    }
  })

  test('open nothing together where the same one clicks twice and two are needed', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const scene = await ciba.open()
      await ciba.asking.acts.setPolicy(scene.people, { dual_approval: true })
      const asked = await ciba.ask(scene)
      const { allow } = await ready(scene, await ciba.page(scene), scene.people.admin)
      const answers = await Promise.all([allow(), allow(), allow()])
      expect(answers.some(({ statusCode }) => statusCode === 303)).toBe(true)
      expect(await made(scene)).toEqual([])
      expect((await ciba.poll(scene, asked)).body['error']).toBe('authorization_pending')
    }
  })
})

describe('what ends while the last click is under way (attack 83)', () => {
  test('is over for the client, too: the consent under which it asked and the answer never both hold', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { scene, asked, mine } = await open()
      await Promise.all([
        mine.allow(),
        ciba.world.seed(
          `update delegation set status = 'revoked', epoch = epoch + 1 where id = $1`,
          [scene.consentId],
          scene.cast.tenant,
        ),
      ])
      expect((await ciba.poll(scene, asked)).body['access_token']).toBeUndefined()
    }
  })

  test('of an administrator who was taken out before it, no answer counts, whatever page was open', async () => {
    const { scene, asked, mine, theirs } = await open()
    await ciba.world.seed(
      `update tenant_member set status = 'inactive' where person_id = $1`,
      [scene.cast.admin.id],
      scene.cast.tenant,
    )
    for (const act of [mine.allow, mine.decline]) expect((await act()).statusCode).toBeGreaterThanOrEqual(400)
    expect(await made(scene)).toEqual([])
    expect((await ciba.poll(scene, asked)).body['error']).toBe('authorization_pending')
    expect((await theirs.allow()).statusCode).toBe(303)
    await ciba.letPollAgain()
    expect((await ciba.poll(scene, asked)).status).toBe(200)
  })
})

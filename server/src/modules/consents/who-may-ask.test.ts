import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BackchannelWorld } from '#testing/backchannel-acts.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
let ciba: BackchannelWorld
beforeAll(async () => {
  world = await startConsentWorld()
  ciba = await BackchannelWorld.start()
})
afterAll(async () => {
  await ciba[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const { ask, cast, choose, decide, look, setPolicy } = makeConsentActs(() => world)

const plain = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

const SENTENCES = {
  any: 'stand against it',
  listed: 'let only listed partners ask for access; Northwind is not listed',
  unlisted: 'keep some partners from asking for access; Northwind is one of them',
  none: 'let no partner ask for access',
}

/** The rule of a tenant, as it stands for a partner that it lists or does not. */
const ruleFor = (who: keyof typeof SENTENCES, isListed: boolean, partner: string) => ({
  who_may_ask: who,
  listed_partner_ids: isListed ? [partner] : [],
})

describe.each([
  { who: 'any', isListed: false, isWelcome: true },
  { who: 'any', isListed: true, isWelcome: true },
  { who: 'listed', isListed: false, isWelcome: false },
  { who: 'listed', isListed: true, isWelcome: true },
  { who: 'unlisted', isListed: false, isWelcome: true },
  { who: 'unlisted', isListed: true, isWelcome: false },
  { who: 'none', isListed: false, isWelcome: false },
  { who: 'none', isListed: true, isWelcome: false },
] as const)(
  'a tenant whose requests come from "$who", partner listed: $isListed (A10, A16)',
  ({ who, isListed, isWelcome }) => {
    test('shows what a client asks for to whoever decides, or says why it cannot be given', async () => {
      const people = await cast()
      await setPolicy(people, ruleFor(who, isListed, people.partner))
      const review = await look(people, await ask(people))
      expect(review.statusCode).toBe(isWelcome ? 200 : 409)
      expect(plain(review.body).includes(SENTENCES[who])).toBe(!isWelcome)
    })

    test('lets nothing be allowed against a rule that came after the choice', async () => {
      const people = await cast()
      const uid = await ask(people)
      // The rule is as old as the page, and what it says is new.
      await setPolicy(people, { who_may_ask: 'any' })
      const check = await choose(people, uid)
      await world.seed(
        'update tenant_partner_policy set who_may_ask = $2, listed_partner_ids = $3 where tenant_id = $1',
        [people.tenant, who, isListed ? [people.partner] : []],
        people.tenant,
      )
      const done = await decide(people, uid, { page: check.body })
      const isAny = who === 'any'
      expect(done.statusCode).toBe(isAny ? 303 : 409)
      expect(plain(done.body).includes(SENTENCES[who])).toBe(!isWelcome)
      const held = await world.sql('select from delegation where tenant_id = $1', [people.tenant])
      expect(held).toHaveLength(isAny ? 1 : 0)
    })

    test('gets the access requests of a client, or its client hears that they are not wanted', async () => {
      const scene = await ciba.asking.open()
      await ciba.asking.acts.setPolicy(scene.people, ruleFor(who, isListed, scene.cast.partner))
      const asked = await ciba.asking.post(scene)
      expect([asked.status, asked.body['error']]).toEqual(
        isWelcome ? [201, undefined] : [403, 'requests_not_wanted'],
      )
      expect(await ciba.asking.mailsAbout(scene)).toHaveLength(isWelcome ? 1 : 0)
    })

    test('is asked in the back channel, or hears nothing of it', async () => {
      const scene = await ciba.open()
      await ciba.asking.acts.setPolicy(scene.people, ruleFor(who, isListed, scene.cast.partner))
      const asked = await ciba.ask(scene)
      expect([asked.status, asked.body['error']]).toEqual(
        isWelcome ? [200, undefined] : [403, 'access_denied'],
      )
      expect(await ciba.asking.mailsAbout(scene)).toHaveLength(isWelcome ? 1 : 0)
    })
  },
)

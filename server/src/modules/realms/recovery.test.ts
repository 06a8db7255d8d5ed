import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linkIn, mailsTo, NEW_PASSWORD, PASSWORD } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { openRealm, seedEndUser } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeRealmRoutes } from './index.ts'

let world: TestWorld
let realm: OpenRealm
let serial = 0

beforeAll(async () => {
  world = await TestWorld.start((services) => makeRealmRoutes(services))
  realm = await openRealm(world, 'Lumen')
})
afterAll(() => world[Symbol.asyncDispose]())

const at = (path: string) => `/p/${realm.slug}/${path}`
const resetsOf = async (email: string) =>
  (await mailsTo(world, email)).map(linkIn).filter((path) => path.includes('/reset/'))

async function seed(): Promise<string> {
  const email = `owner.${(serial += 1)}@example.test`
  await seedEndUser(world, realm, { email })
  return email
}

describe('the way back into a realm', () => {
  test('is not kept from its owner by a stranger who signs up with the address (V6 6.1.1)', async () => {
    const email = await seed()
    for (let ask = 0; ask < 4; ask += 1)
      await new FormBrowser(world, '192.0.2.7').post(at('sign-up'), { email })
    await new FormBrowser(world).post(at('recover'), { email })
    const [path = ''] = await resetsOf(email)
    expect((await new FormBrowser(world).post(path, { password: NEW_PASSWORD })).status).toBe(303)
    expect(await mailsTo(world, email)).toHaveLength(5)
  })

  test('stays open when the links that were asked for before are over (V6 6.1.1)', async () => {
    const email = await seed()
    for (let ask = 0; ask < 4; ask += 1) await new FormBrowser(world).post(at('recover'), { email })
    expect(await resetsOf(email)).toHaveLength(3)
    await world.seed(
      `update end_user_token set created_at = created_at - interval '31 minutes', ends_at = ends_at - interval '31 minutes' where email = $1`,
      [email],
    )
    await new FormBrowser(world).post(at('recover'), { email })
    expect(await resetsOf(email)).toHaveLength(4)
  })

  test('moves no account by a link that was asked for before the password changed', async () => {
    const email = await seed()
    const browser = new FormBrowser(world)
    await browser.post(at('sign-in'), { email, password: PASSWORD })
    const other = `other.${serial}@example.test`
    await browser.post(at('address'), { current: PASSWORD, email: other })
    const [path = ''] = (await mailsTo(world, other)).map(linkIn)
    await browser.post(at('password'), { current: PASSWORD, password: NEW_PASSWORD })
    expect((await browser.post(path)).status).toBe(410)
  })
})

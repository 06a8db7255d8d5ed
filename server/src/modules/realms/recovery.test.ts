import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePasswordHasher } from '#platform/credentials/password-hasher.ts'
import type { PasswordHasher } from '#platform/credentials/password-hasher.ts'
import { linkIn, mailsTo, NEW_PASSWORD, PASSWORD } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { openRealm, seedEndUser } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeRealmRoutes } from './index.ts'

let world: TestWorld
let realm: OpenRealm
let serial = 0
const gate: { afterVerify: () => Promise<undefined> } = { afterVerify: () => Promise.resolve(undefined) }

function gatedHasher(): PasswordHasher {
  const hasher = makePasswordHasher(2)
  return {
    hash: (password) => hasher.hash(password),
    async verify(password, hash) {
      const isSame = await hasher.verify(password, hash)
      await gate.afterVerify()
      return isSame
    },
  }
}

beforeAll(async () => {
  world = await TestWorld.start((services) => makeRealmRoutes(services, { hasher: gatedHasher() }))
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

  test('writes to an address no more often for whoever asks for many links at once (V6 6.1.1)', async () => {
    const email = await seed()
    const asks = Array.from({ length: 8 }, () => new FormBrowser(world, '192.0.2.8'))
    await Promise.all(asks.map((browser) => browser.post(at('recover'), { email })))
    expect(await resetsOf(email)).toHaveLength(3)
    await Promise.all(asks.map((browser) => browser.post(at('sign-up'), { email })))
    expect(await mailsTo(world, email)).toHaveLength(6)
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

test('a password that is changed lets nobody in who shows the old one at the same moment (V7 7.4.3)', async () => {
  const email = await seed()
  await new FormBrowser(world).post(at('recover'), { email })
  const [path = ''] = await resetsOf(email)
  const compared = Promise.withResolvers<undefined>()
  const changed = Promise.withResolvers<undefined>()
  gate.afterVerify = async () => {
    gate.afterVerify = () => Promise.resolve(undefined)
    compared.resolve(undefined)
    return changed.promise
  }
  const thief = new FormBrowser(world, '192.0.2.8')
  const entering = thief.post(at('sign-in'), { email, password: PASSWORD })
  await compared.promise
  expect((await new FormBrowser(world).post(path, { password: NEW_PASSWORD })).status).toBe(303)
  changed.resolve(undefined)
  expect((await entering).status).toBe(422)
  expect((await thief.get(at('profile'))).status).toBe(303)
})

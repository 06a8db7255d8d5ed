import { afterAll, beforeAll, expect, test } from 'vitest'
import { linkIn, mailsTo, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
let serial = 0
const newBrowser = () => new FormBrowser(world, `198.51.100.${(serial += 1)}`)

beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

test('a password is compared as it was typed: its case, its spaces and its end count (ASVS 6.2.8)', async () => {
  const { email } = await seedAccount(world)
  for (const password of [PASSWORD.toUpperCase(), ` ${PASSWORD}`, `${PASSWORD} `, PASSWORD.slice(0, -1)])
    expect((await newBrowser().post('/signin', { email, password })).status, password).toBe(422)
  expect((await newBrowser().post('/signin', { email, password: PASSWORD })).status).toBe(303)
})

test('pages ask for passwords in fields that mask them, that password managers know, and that take whatever is pasted (ASVS 6.2.6, 6.2.7)', async () => {
  const { email } = await seedAccount(world)
  const browser = newBrowser()
  await browser.post('/signin', { email, password: PASSWORD })
  await newBrowser().post('/recover', { email })
  const reset = linkIn((await mailsTo(world, email)).at(-1))
  for (const [path, kinds] of [
    ['/signin', ['current-password']],
    ['/account/password', ['current-password', 'new-password']],
    [reset, ['new-password']],
  ] as const) {
    const visitor = path === '/account/password' ? browser : newBrowser()
    const fields = (await visitor.get(path)).text.match(/<input[^>]*name="(?:password|current)"[^>]*>/g) ?? []
    const told = fields.map((field) => /autocomplete="([^"]+)"/.exec(field)?.[1])
    expect(told, path).toEqual(kinds)
    for (const field of fields) {
      expect(field).toContain('type="password"')
      expect(field).not.toMatch(/maxlength|readonly|\son[a-z]+=/)
    }
  }
})

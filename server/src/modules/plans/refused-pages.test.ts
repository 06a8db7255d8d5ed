import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRealmRoutes } from '#modules/realms/index.ts'
import { problemPage } from '#platform/pages/index.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { openPlanScene } from '#testing/plan-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { planModuleRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeRealmRoutes(services), ...planModuleRoutes], {
    problemPage,
  })
})
afterAll(() => world[Symbol.asyncDispose]())

function browserOf({ cookie }: Caller): FormBrowser {
  const browser = new FormBrowser(world)
  browser.cookie = cookie
  return browser
}

const leadsOf = ({ text }: { readonly text: string }): string[] =>
  [...text.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, to = '']) => to).filter((to) => to !== '#main')

test('whatever an end user is refused leads back into the realm, and never into the portal (C9)', async () => {
  const { slug, caller, user, partner } = await openPlanScene(world)
  const base = `/p/${slug}`
  const own = browserOf(caller)
  const admin = browserOf(await world.signInEndUser(await world.endUser(partner, { role: 'realm_admin' })))
  const path = `${base}/users/${encodeId('end_user', user)}`
  const refused = [
    await own.get(`${base}/users`),
    await own.get(`${base}/no-such-page`),
    await own.get(`${base}/plans/none`),
    await own.post(`${base}/profile`, { name: 'Mia', role: 'company' }),
    await admin.post(`${path}/stop`, { version: '99', reason: 'Spam' }),
    await admin.post(`${path}/role`, { version: '1', role: 'guest', role_reason: 'x', more: 'y' }),
  ]
  expect(refused.map(({ status }) => status)).toEqual([403, 404, 404, 422, 412, 422])
  expect(refused.map(leadsOf)).toEqual(refused.map(() => [base]))
  const [notOpen, , , , stale] = refused
  expect(notOpen?.text).toContain('Not for your kind of account')
  expect(notOpen?.text).not.toMatch(/at the moment|Ask somebody/)
  expect(stale?.text).toContain('Something changed in between')
  expect(leadsOf(await own.get('/p/no-such-realm'))).toEqual([])
})

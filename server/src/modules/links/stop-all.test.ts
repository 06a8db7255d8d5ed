import { encodeId, idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld({}, makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const { allow, ask, cast, outcome } = makeConsentActs(() => world)

test('the emergency stop ends the access of API clients in the same step, and says which (B10, A9)', async () => {
  const people = await cast()
  const uid = await ask(people)
  await allow(people, uid, { accounts: people.accounts.map(({ publicId }) => publicId) })
  const { delegation } = await outcome(people, uid)
  const [tenant] = await world.sql<{ name: string }>('select name from tenant where id = $1', [people.tenant])
  const stopped = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
    body: { reason: 'Incident', confirm_name: tenant?.name },
  })
  expect(stopped.statusCode, stopped.body).toBe(200)
  expect(stopped.json().apps).toMatchObject([
    { kind: 'consent', delegation_id: encodeId('consent', idFromUuid('consent', delegation.id)) },
  ])
  const open = await world.sql(
    `select 1 from delegation where tenant_id = $1 and status in ('active', 'suspended')`,
    [people.tenant],
  )
  expect(open).toEqual([])
})

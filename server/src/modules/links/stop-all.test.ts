import { encodeId, idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAgencyRoutes } from '#modules/agencies/index.ts'
import { openEmbedScene, seedAgencyKey } from '#testing/embed-acts.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld({}, (services) => [
    ...makeLinkRoutes(services),
    ...makeAgencyRoutes(services),
  ])
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

test('the emergency stop leaves the forms of agencies alone unless it is told to close them, and then ends every token and key at once (E1, B10)', async () => {
  const people = await cast()
  const form = await openEmbedScene(world, 'Harbour Help', people.tenant)
  const foreign = await openEmbedScene(world, 'Elsewhere')
  const { uuid: keyId } = await seedAgencyKey(form)
  const [tenant] = await world.sql<{ name: string }>('select name from tenant where id = $1', [people.tenant])
  const stop = (body: object) =>
    world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
      body: { reason: 'Incident', confirm_name: tenant?.name, ...body },
    })
  const states = async (ids: readonly string[]) =>
    (
      await world.sql<{ status: string }>('select status from delegation where id = any ($1) order by id', [
        ids,
      ])
    ).map(({ status }) => status)
  const kept = await stop({})
  expect([kept.statusCode, kept.json().forms]).toEqual([200, []])
  expect(await states([form.tokenId, keyId])).toEqual(['active', 'active'])
  const closed = await stop({ stops_forms: true })
  expect(closed.json().forms).toMatchObject([
    { kind: 'form_token', agency_name: 'Harbour Help' },
    { kind: 'agency_key', agency_name: 'Harbour Help', name: 'Server' },
  ])
  expect(await states([form.tokenId, keyId])).toEqual(['revoked', 'revoked'])
  expect(await states([foreign.tokenId])).toEqual(['active'])
  const events = await world.sql(
    `select action, reason from audit_event where action in ('form_token.revoked', 'agency_key.revoked') and reason = 'Incident' order by action`,
  )
  expect(events).toHaveLength(2)
})

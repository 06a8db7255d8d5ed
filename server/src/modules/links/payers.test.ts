import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, partnerPath, tenantPath } from '#testing/link-acts.ts'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import type { Side } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeLinkActs(() => world)
const CHANGES = '/api/v1/tenant/partner-access/changes'
const USUAL = { services: 'tenant', api_calls: 'partner', seats: 'partner', exports: 'partner' }

type People = Awaited<ReturnType<typeof acts.makeLink>>

const paysNow = async ({ admin, id }: People) =>
  (await world.call(admin, 'GET', tenantPath(id))).json().billing_parties

async function approveWaiting({ admin }: People) {
  const [change] = (await world.call(admin, 'GET', `${CHANGES}?status=waiting`)).json().items
  return world.call(admin, 'POST', `${CHANGES}/${change.change_request_id}/approve`, {
    body: { snapshot_token: change.snapshot_token },
  })
}

describe('who pays for what a partner does (B1)', () => {
  test('services are paid by the tenant, what the partner uses by the partner, unless a request says otherwise', async () => {
    const people = await acts.makeLink()
    expect(await paysNow(people)).toEqual(USUAL)
    const other = await acts.makeLink({ billing_parties: { exports: 'split', services: 'partner' } })
    const shown = (await world.call(other.admin, 'GET', tenantPath(other.id))).json()
    expect(shown).toMatchObject({
      billing_party: 'partner',
      billing_parties: { ...USUAL, services: 'partner', exports: 'split' },
    })
  })

  test('a request that no tenant answered says who was to pay as it was typed, whether or not it arrived', async () => {
    const people = await acts.cast()
    const over = { billing_parties: { services: 'split' }, sla_response_hours: 8 }
    await acts.ask(people, over)
    await acts.ask({ ...people, slug: 'nobody-has-this' }, over)
    const { items } = (await world.call(people.owner, 'GET', '/api/v1/partner/links')).json()
    const told = items.map((item: Record<string, unknown>) => [
      item['billing_party'],
      item['billing_parties'],
      item['sla_response_hours'],
    ])
    const asked = ['split', { ...USUAL, services: 'split' }, 8]
    expect(told).toEqual([asked, asked])
  })

  test('a party that is none, or a kind that is none, is refused', async () => {
    const people = await acts.cast()
    for (const billing_parties of [{ services: 'provider' }, { coffee: 'tenant' }])
      expect((await acts.ask(people, { billing_parties })).statusCode).toBe(422)
  })

  test('a cost that moves to the tenant waits for it, one that moves away holds at once', async () => {
    const people = await acts.makeLink()
    const moved = await acts.partnerMove(people, 'changes', {
      billing_parties: { services: 'partner', exports: 'tenant' },
      reason: 'As agreed.',
    })
    expect(moved.json(), moved.body).toMatchObject({
      status: 'partly_applied',
      applied: [{ field: 'billing_parties.services', after: 'The partner' }],
      waiting: [{ field: 'billing_parties.exports', after: 'The organisation' }],
    })
    expect(await paysNow(people)).toEqual({ ...USUAL, services: 'partner' })
    const agreed = await approveWaiting(people)
    expect(agreed.statusCode, agreed.body).toBe(200)
    expect(await paysNow(people)).toEqual({ ...USUAL, services: 'partner', exports: 'tenant' })
    const theirs = (await world.call(people.owner, 'GET', partnerPath(people.id))).json()
    expect(theirs.billing_parties).toEqual(await paysNow(people))
  })

  test('neither side writes into the database that the other one pays', async () => {
    const scene = await openScene(world)
    const link = await world.link(scene.partner, scene.tenant)
    const move = (side: Side, column: string, party: string) =>
      asSide({ world, side, scene }, (client) =>
        attempt(client, `update delegation set ${column} = $2 where id = $1`, [link, party]),
      )
    for (const column of ['api_calls_party', 'seats_party', 'exports_party']) {
      expect(await move('partner', column, 'split')).toBe('delegation_payer')
      expect(await move('provider', column, 'tenant')).toBe('delegation_payer')
      expect(await move('tenant', column, 'tenant')).toBe('done')
      expect(await move('tenant', column, 'provider')).toBe('delegation_parties')
    }
    expect(await move('tenant', 'billing_party', 'partner')).toBe('delegation_payer')
    expect(await move('partner', 'billing_party', 'split')).toBe('done')
  })
})

describe('what a partner promises when it asks (B1)', () => {
  test('the hours of the first answer are shown to the tenant and kept in what it approved', async () => {
    const people = await acts.makeLink({ sla_response_hours: 4 })
    const shown = (await world.call(people.admin, 'GET', tenantPath(people.id))).json()
    expect(shown.sla_response_hours).toBe(4)
    const [kept] = await world.sql<{ approval_snapshot: object }>(
      'select approval_snapshot from delegation where id = $1',
      [String(decodeId('link', people.id))],
    )
    expect(kept?.approval_snapshot).toMatchObject({ sla_response_hours: 4, billing_parties: USUAL })
  })

  test.each([0, 721, 1.5, '4'])('%s hours are refused', async (hours) => {
    const people = await acts.cast()
    expect((await acts.ask(people, { sla_response_hours: hours })).statusCode).toBe(422)
  })
})

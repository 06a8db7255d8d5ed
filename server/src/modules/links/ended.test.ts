import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, partnerPath, REQUEST, tenantPath } from '#testing/link-acts.ts'
import type { Cast } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes, runLinkClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => makeLinkRoutes(services))
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

type Linked = Cast & { readonly id: string }

const endNow = ({ id, tenant }: Linked) =>
  world.seed(
    `update delegation set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 minute' where id = $1`,
    [decodeId('link', id)],
    tenant,
  )
const read = async ({ admin, id }: Linked) => (await world.call(admin, 'GET', tenantPath(id))).json()

describe('a suspended link that ended', () => {
  test.each([{ clock: true }, { clock: false }])(
    'is still suspended by the other side once it is extended, whether or not the clock ran: $clock (B1)',
    async ({ clock }) => {
      const people = await acts.makeLink()
      expect((await acts.partnerMove(people, 'suspend')).json().status).toBe('suspended')
      await endNow(people)
      if (clock) await runLinkClock(world.database)
      expect((await read(people)).status).toBe('expired')
      const renewed = await acts.tenantMove(people, 'renew')
      expect(renewed.json(), renewed.body).toMatchObject({ status: 'suspended' })
      const resumed = await acts.tenantMove(people, 'resume')
      expect(resumed.json().code).toBe('LINK_STATE_CONFLICT')
      expect((await acts.partnerMove(people, 'resume')).json().status).toBe('active')
    },
  )
})

describe('a link that ended before it could begin', () => {
  test('is over, so that the partner may ask anew and another one may have the full role (B1)', async () => {
    const people = await acts.cast()
    await world.seed(
      'delete from totp_factor f using partner_member m where m.person_id = f.person_id and m.partner_id = $1',
      [people.partner],
    )
    expect((await acts.ask(people)).statusCode).toBe(202)
    const { link_id: id } = await acts.newestLink(people)
    expect((await acts.approve(people, id)).json().status).toBe('approved')
    const linked = { ...people, id }
    await endNow(linked)
    await runLinkClock(world.database)
    expect((await read(linked)).status).toBe('expired')
    expect((await acts.ask(people)).statusCode).toBe(202)
    expect((await acts.newestLink(people)).status).toBe('requested')
  })
})

describe('a change that waits', () => {
  const CHANGES = '/api/v1/tenant/partner-access/changes'
  const ask = async ({ owner, id }: Linked, body: object) => {
    const etag = await acts.etagOf(owner, partnerPath(id))
    const asked = await world.call(owner, 'POST', partnerPath(id, '/changes'), {
      body: { reason: 'To send your invoices as well.', ...body },
      headers: { 'if-match': etag },
    })
    expect(asked.statusCode, asked.body).toBe(200)
    return String(asked.json().change_request_id)
  }
  const approve = async ({ admin }: Linked, id: string) => {
    const { items } = (await world.call(admin, 'GET', CHANGES)).json()
    const shown = items.find((one: { change_request_id: string }) => one.change_request_id === id)
    return world.call(admin, 'POST', `${CHANGES}/${id}/approve`, {
      body: { snapshot_token: String(shown?.snapshot_token) },
    })
  }

  test('for a link that ended is not told as approved while only its end was moved (B1)', async () => {
    const people = await acts.makeLink()
    const ends = new Date(Date.now() + 200 * 86_400_000).toISOString()
    const id = await ask(people, { access_role: 'msp_full', ends_at: ends })
    await endNow(people)
    const refused = await approve(people, id)
    expect(refused.json()).toMatchObject({ status: 409, code: 'LINK_STATE_CONFLICT' })
    expect((await acts.tenantMove(people, 'renew')).statusCode).toBe(200)
    expect((await approve(people, id)).json().status).toBe('approved')
    expect(await read(people)).toMatchObject({ access_role: 'msp_full' })
  })

  test('is over after 30 days, whether or not the clock noted it (B1)', async () => {
    const people = await acts.makeLink()
    const id = await ask(people, { access_role: 'msp_full' })
    await world.seed(
      `update link_change_request set expires_at = now() - interval '1 minute' where link_id = $1`,
      [decodeId('link', people.id)],
      people.tenant,
    )
    expect((await approve(people, id)).json()).toMatchObject({ status: 409, code: 'LINK_STATE_CONFLICT' })
    expect((await read(people)).access_role).toBe('msp_support')
  })

  test('is taken back where it belongs, and under no other link (B1)', async () => {
    const people = await acts.makeLink()
    const id = await ask(people, { access_role: 'msp_full' })
    const other = await acts.cast()
    const asked = await world.call(people.owner, 'POST', '/api/v1/partner/links', {
      body: { tenant_slug: other.slug, ...REQUEST },
    })
    expect(asked.statusCode).toBe(202)
    const { link_id: second } = await acts.newestLink(people)
    await acts.approve(other, second)
    const refused = await world.call(people.owner, 'POST', partnerPath(second, `/changes/${id}/withdraw`), {
      body: {},
    })
    expect(refused.json()).toMatchObject({ status: 404, code: 'CHANGE_NOT_FOUND' })
  })

  test('for a link that was stopped waits for nobody any more (B1)', async () => {
    const people = await acts.makeLink()
    await ask(people, { access_role: 'msp_full' })
    const waiting = async () => {
      const home = await world.call(people.admin, 'GET', '/api/v1/tenant/home')
      const list = await world.call(people.admin, 'GET', `${CHANGES}?status=waiting`)
      return [home.json().who_has_access.waiting_changes, list.json().items.length]
    }
    const before = await waiting()
    await acts.tenantMove(people, 'revoke')
    expect([before, await waiting()]).toEqual([
      [1, 1],
      [0, 0],
    ])
    expect((await world.call(people.admin, 'GET', CHANGES)).json().items).toMatchObject([
      { status: 'lapsed', snapshot_token: null },
    ])
  })
})

describe('a link that has ended', () => {
  const endedSince = async (people: Linked, days: number) => {
    await world.seed(
      `update delegation set starts_at = now() - interval '200 days', ends_at = now() - make_interval(days => $2) where id = $1`,
      [decodeId('link', people.id), days],
      people.tenant,
    )
    await runLinkClock(world.database)
  }

  test('whose review is due is confirmed first, then renewed (B1)', async () => {
    const people = await acts.makeLink()
    await world.seed(
      'update link set review_due_at = now() where id = $1',
      [decodeId('link', people.id)],
      people.tenant,
    )
    await endedSince(people, 1)
    const before = await read(people)
    expect(before).toMatchObject({ status: 'expired', review_overdue: true })
    expect(before.renewal_ends_at).not.toBeNull()
    expect((await acts.tenantMove(people, 'renew')).json().code).toBe('REVIEW_OVERDUE')
    expect((await acts.tenantMove(people, 'review')).json()).toMatchObject({ review_overdue: false })
    expect((await acts.tenantMove(people, 'renew')).json()).toMatchObject({ status: 'active' })
  })

  test('is offered for renewal for 30 days (B1)', async () => {
    const people = await acts.makeLink()
    await endedSince(people, 29)
    expect((await read(people)).renewal_ends_at).not.toBeNull()
    await endedSince(people, 30)
    expect((await read(people)).renewal_ends_at).toBeNull()
    expect((await acts.tenantMove(people, 'renew')).json().code).toBe('LINK_STATE_CONFLICT')
  })

  test('is not offered for renewal beside a newer one of the same two, also one that is asked for (B1)', async () => {
    const people = await acts.makeLink()
    await endedSince(people, 1)
    expect((await acts.ask(people)).statusCode).toBe(202)
    const { link_id: newer } = await acts.newestLink(people)
    expect((await read(people)).renewal_ends_at).toBeNull()
    expect((await acts.approve(people, newer)).statusCode).toBe(200)
    expect((await read(people)).renewal_ends_at).toBeNull()
    expect((await acts.tenantMove(people, 'renew')).json().code).toBe('LINK_ALREADY_LIVE')
    expect((await read({ ...people, id: newer })).renewal_ends_at).not.toBeNull()
  })
})

import fc from 'fast-check'
import { decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { makeLinkActs } from '#testing/link-acts.ts'
import { recordEvent } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import { lastWeek, digestLines } from './digest.ts'
import { makeLinkRoutes, runLinkClock, sendDigests } from './index.ts'

const write = route({
  method: 'POST',
  path: '/api/v1/probe/tickets',
  summary: 'Writes a ticket',
  input: {},
  access: { permission: 'partner.support.tickets.create', tenant: 'header' },
  limit: 'write',
  responses: { 201: z.strictObject({}) },
  handle({ mandate }) {
    recordEvent(mandate, {
      action: 'support.tickets.create',
      resource: { type: 'ticket', label: 'T-17' },
    })
    return Promise.resolve({})
  },
})
const read = route({
  method: 'GET',
  path: '/api/v1/probe/tickets',
  summary: 'Reads tickets',
  input: {},
  access: { permission: 'partner.support.tickets.list', tenant: 'header' },
  limit: 'list',
  responses: { 200: z.strictObject({}) },
  handle: () => Promise.resolve({}),
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeLinkRoutes(services), write, read])
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

const uuidOf = (id: string) => decodeId('link', id) ?? ''

/** A link with Ana Ruiz assigned, and a way for her to do something in the tenant. */
async function openScene() {
  const people = await acts.makeLink()
  const [member] = await world.sql<{ id: string; person_id: string }>(
    'select id, person_id from partner_member where partner_id = $1',
    [people.partner],
  )
  await world.seed(
    `insert into link_member (link_id, tenant_id, partner_id, member_id, person_id, mask)
     select l.id, l.tenant_id, l.partner_id, m.id, m.person_id, repeat('1', 256)::bit(256) from link l, partner_member m where l.id = $1 and m.id = $2`,
    [uuidOf(people.id), member?.id],
    people.tenant,
  )
  const caller = { ...people.owner, tenantId: people.tenant }
  const act = (method: 'GET' | 'POST', reason?: string) =>
    world.call(caller, method, '/api/v1/probe/tickets', {
      ...(reason !== undefined && { headers: { 'x-access-reason': encodeURIComponent(reason) } }),
    })
  return { ...people, act }
}

const NEWS = '/api/v1/tenant/partner-access/news'
const VISITS = '/api/v1/tenant/partner-access/visits'

describe('a notice', () => {
  test('stands in the portal of the side that it was mailed to, and is new until it was read (B10)', async () => {
    const people = await acts.makeLink()
    const stranger = await acts.cast()
    const mine = await world.call(people.admin, 'GET', NEWS)
    expect(mine.json().items.map((item: { news: string }) => item.news)).toEqual(['approved', 'requested'])
    expect(mine.json()).toMatchObject({ unread: 2, items: [{ link_id: people.id, is_new: true }, {}] })
    const theirs = await world.call(people.owner, 'GET', '/api/v1/partner/link-news')
    expect(theirs.json().items.map((item: { news: string }) => item.news)).toEqual(['unassigned', 'approved'])
    await world.call(people.admin, 'POST', `${NEWS}/read`, { body: {} })
    expect((await world.call(people.admin, 'GET', NEWS)).json()).toMatchObject({
      unread: 0,
      items: [{ is_new: false }, { is_new: false }],
    })
    expect((await world.call(people.owner, 'GET', '/api/v1/partner/link-news')).json().unread).toBe(2)
    expect((await world.call(stranger.admin, 'GET', NEWS)).json().items).toEqual([])
    for (const login of ['liaison_tenant', 'liaison_program'] as const)
      expect(await world.sqlAs(login, 'select * from link_news')).toEqual([])
  })
})

describe('the first use of a link', () => {
  test('is told to the tenant once, by mail and in the portal, and to nobody else (B10)', async () => {
    const scene = await openScene()
    await runLinkClock(world.database)
    const told = () =>
      world.sql<{ side: string; sentence: string }>(
        `select side, sentence from link_news where link_id = $1 and news = 'first_used'`,
        [uuidOf(scene.id)],
      )
    expect(await told()).toEqual([])
    await scene.act('GET')
    await Promise.all([runLinkClock(world.database), runLinkClock(world.database)])
    await scene.act('POST')
    await runLinkClock(world.database)
    expect(await told()).toEqual([
      { side: 'tenant', sentence: 'Ana Ruiz of Northwind has used the access for the first time.' },
    ])
    const mails = await world.sql(
      `select 1 from outbox where topic = 'mail' and payload ->> 'text' like '%for the first time%' and payload ->> 'text' like '%' || $1 || '%'`,
      [scene.id],
    )
    expect(mails).toHaveLength(1)
  })
})

test('the use of a link that was in use before anybody looked is no news (B10)', async () => {
  const scene = await openScene()
  await world.seed(
    `update delegation set approved_at = now() - interval '20 days' where id = $1`,
    [uuidOf(scene.id)],
    scene.tenant,
  )
  await world.sql(
    `with e as (insert into audit_event (occurred_at, plane, action, outcome, actor_type, actor_name, partner_id, method, source)
       values (now() - interval '2 days', 'delegation', 'support.tickets.list', 'allowed', 'person', 'Lee Park', $2, 'GET', 'portal') returning id, occurred_at)
     insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $1, occurred_at, id from e`,
    [scene.tenant, scene.partner],
  )
  await scene.act('GET')
  await runLinkClock(world.database)
  const told = await world.sql(`select 1 from link_news where link_id = $1 and news = 'first_used'`, [
    uuidOf(scene.id),
  ])
  expect(told).toEqual([])
})

describe('a visit', () => {
  test('counts what one person read and wrote without a longer pause, with the reasons and tickets (B10)', async () => {
    const scene = await openScene()
    await scene.act('GET', 'Ticket 4711')
    await scene.act('POST', 'Ticket 4711')
    await world.sql('select audit.close_read_windows()')
    const answer = await world.call(scene.admin, 'GET', VISITS)
    expect(answer.json().items, answer.body).toMatchObject([
      {
        person_name: 'Ana Ruiz',
        partner_id: encodeId('partner', scene.partner),
        partner_name: 'Northwind',
        reads: 1,
        writes: 1,
        reasons: ['Ticket 4711'],
        tickets: ['T-17'],
      },
    ])
    const other = await acts.cast()
    expect((await world.call(other.admin, 'GET', VISITS)).json().items).toEqual([])
  })

  test('ends with half an hour of doing nothing (B10)', async () => {
    const scene = await openScene()
    for (const minutes of [0, 29, 60, 61]) {
      await world.sql(
        `with e as (insert into audit_event (occurred_at, plane, action, outcome, actor_type, actor_id, actor_name, partner_id, partner_name, method, source)
           values (now() - make_interval(mins => $2), 'delegation', 'support.tickets.list', 'allowed', 'person', $3, 'Lee Park', $4, 'Northwind', 'GET', 'portal') returning id, occurred_at)
         insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count) select 'tenant', $1, occurred_at, id, 1 from e`,
        [scene.tenant, 120 - minutes, '00000000-0000-7000-8000-000000000001', scene.partner],
      )
    }
    const { items } = (await world.call(scene.admin, 'GET', VISITS)).json()
    expect(items.map((item: { reads: number; minutes: number }) => [item.reads, item.minutes])).toEqual([
      [2, 1],
      [2, 29],
    ])
  })
})

describe('the evidence of factors', () => {
  test('says how the people of a partner signed in and when one was stopped, to the tenant alone (B10)', async () => {
    const scene = await openScene()
    const path = `/api/v1/tenant/partner-access/links/${scene.id}/factors`
    expect((await world.call(scene.admin, 'GET', path)).json()).toMatchObject({
      sign_ins: 1,
      with_factor: 1,
      with_passkey: 0,
      refused: 0,
      last_refused_at: null,
    })
    const [member] = await world.sql<{ person_id: string }>(
      'select person_id from partner_member where partner_id = $1',
      [scene.partner],
    )
    await world.sql(
      `insert into session (token_hash, person_id, factor, factor_at, password_at, ends_at) values ('\\x01', $1, 'none', null, now(), now() + interval '1 hour')`,
      [member?.person_id],
    )
    expect((await world.call(scene.admin, 'GET', path)).json()).toMatchObject({ sign_ins: 2, with_factor: 1 })
    const stranger = await acts.cast()
    expect((await world.call(stranger.admin, 'GET', path)).statusCode).toBe(404)
    const none = await world.sqlAs('liaison_tenant', 'select * from access.factor_evidence($1)', [
      scene.partner,
    ])
    expect(none).toMatchObject([{ sign_ins: 0, asked_again: 0 }])
  })
})

describe('the weekly mail', () => {
  test('is about the last week from Monday to Monday, whenever it is sent (B10)', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (now) => {
        const { start, end } = lastWeek(now)
        expect(start.getUTCDay()).toBe(1)
        expect(end.getTime() - start.getTime()).toBe(7 * 86_400_000)
        expect(now.getTime() - end.getTime()).toBeGreaterThanOrEqual(0)
        expect(now.getTime() - end.getTime()).toBeLessThan(7 * 86_400_000)
      }),
    )
  })

  test('says what each partner did, and that nothing was done when nothing was', () => {
    const week = { partner_name: 'Northwind', people: ['Ana', 'Lee'], reads: 1, writes: 2, exports: 0 }
    expect(digestLines([week])).toEqual(['Northwind: 1 time read, 2 changes (Ana, Lee)'])
    expect(digestLines([])).toEqual(['No partner did anything in your account.'])
  })

  test('is sent once for each week to each organisation that lets partners in and wants it (B10)', async () => {
    const busy = await openScene()
    const silent = await acts.makeLink()
    const unwilling = await acts.makeLink()
    const policy = '/api/v1/tenant/partner-access/policy'
    const shown = await world.call(unwilling.admin, 'GET', policy)
    const { version: _version, ...rules } = shown.json()
    const saved = await world.call(unwilling.admin, 'PUT', policy, {
      body: { ...rules, sends_digest: false },
      headers: { 'if-match': String(shown.headers['etag']) },
    })
    expect(saved.json(), saved.body).toMatchObject({ sends_digest: false })
    await busy.act('POST')
    const [row] = await world.sql<{ now: Date }>(`select now() + interval '7 days' as now`)
    const now = row?.now ?? new Date(0)
    await Promise.all([sendDigests(world.database, { at: now }), sendDigests(world.database, { at: now })])
    await sendDigests(world.database, { at: now, origin: 'https://portal.example' })
    const told = async (tenant: string) =>
      (
        await world.sql<{ sentence: string }>(
          `select sentence from link_news where tenant_id = $1 and news = 'digest'`,
          [tenant],
        )
      ).map(({ sentence }) => sentence)
    expect(await told(busy.tenant)).toEqual([
      expect.stringMatching(
        /^\d{1,2} [A-Z][a-z]{2} \d{4} to \d{1,2} [A-Z][a-z]{2} \d{4}\. Northwind: 0 times read, 1 change \(Ana Ruiz\)/,
      ),
    ])
    expect(await told(silent.tenant)).toEqual([
      expect.stringContaining('No partner did anything in your account.'),
    ])
    expect(await told(unwilling.tenant)).toEqual([])
  })
})

test('the weekly mail is about the last week of the database, however far the clock of a process is ahead', async () => {
  const { tenant } = await acts.makeLink()
  await world.seed(
    `update delegation set approved_at = now() - interval '30 days' where tenant_id = $1`,
    [tenant],
    tenant,
  )
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 8 * 86_400_000 })
  try {
    await sendDigests(world.database)
  } finally {
    vi.useRealTimers()
  }
  const [row] = await world.sql(
    `select week_starts_on = date_trunc('week', now() at time zone 'UTC')::date - 7 as is_last from link_digest where tenant_id = $1`,
    [tenant],
  )
  expect(row).toEqual({ is_last: true })
})

describe('the events that webhooks send', () => {
  test('follow a link through its life, with ids alone (B1)', async () => {
    const people = await acts.makeLink()
    const topics = async () =>
      (
        await world.sql<{ topic: string; payload: object }>(
          `select topic, payload from outbox where topic like 'link.%' and payload ->> 'link_id' = $1 order by id`,
          [uuidOf(people.id)],
        )
      ).map(({ topic, payload }) => `${topic} ${Object.keys(payload).toSorted().join(',')}`)
    for (const move of ['suspend', 'resume', 'review', 'revoke']) await acts.tenantMove(people, move)
    const ids = 'link_id,partner_id,tenant_id'
    expect(await topics()).toEqual(
      ['requested', 'approved', 'activated', 'suspended', 'resumed', 'changed', 'revoked'].map(
        (name) => `link.${name} ${ids}`,
      ),
    )
  })
})

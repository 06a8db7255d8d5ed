import { encodeId } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, partnerPath, tenantPath, REQUEST } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes, runLinkClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const { approve, ask, cast, makeLink, newestLink, partnerMove, put, slugOf, tenantMove } = makeLinkActs(
  () => world,
)

const REQUEST_NOW = new Date().toISOString()

const OFFER = {
  ip_allow: ['192.0.2.0/24'],
  ip_mode: 'enforce',
  mfa_max_age_s: 1800,
  read_reason_required: true,
  hours: { tz: 'Europe/Rome', windows: [{ days: [1, 2], from: '08:00', to: '18:00' }] },
}

describe('conditions that a partner offers', () => {
  test('are read by the tenant before it approves, are what it approved, and hold from the first call on (B1, B10)', async () => {
    const people = await cast()
    expect((await ask(people, { conditions: { read_reason_required: true } })).statusCode).toBe(202)
    const { link_id: id } = await newestLink(people)
    const shown = (await world.call(people.admin, 'GET', tenantPath(id))).json()
    expect(shown).toMatchObject({ status: 'requested', conditions: { read_reason_required: true } })
    const approved = await approve(people, id)
    expect(approved.json()).toMatchObject({ status: 'active', conditions: { read_reason_required: true } })
    const [kept] = await world.sql<{ approval_snapshot: { conditions: object } }>(
      'select approval_snapshot from delegation where tenant_id = $1',
      [people.tenant],
    )
    expect(kept?.approval_snapshot.conditions).toMatchObject({ read_reason_required: true })
    const [member] = await world.sql<{ id: IdOf<'member'> }>(
      'select id from partner_member where partner_id = $1',
      [people.partner],
    )
    const assigned = await put(people.owner, partnerPath(id, '/members'), {
      members: member ? [{ member_id: encodeId('member', member.id) }] : [],
    })
    expect(assigned.statusCode, assigned.body).toBe(200)
    const entered = await world.call(
      { ...people.owner, tenantId: people.tenant },
      'POST',
      '/api/v1/partner/context/entries',
    )
    expect(entered.json()).toMatchObject({ code: 'ACCESS_REASON_REQUIRED' })
  })

  test('are never less in an approval, and may be more', async () => {
    const people = await cast()
    await ask(people, { conditions: OFFER })
    const { link_id: id } = await newestLink(people)
    for (const conditions of [
      {},
      { ...OFFER, read_reason_required: false },
      { ...OFFER, mfa_max_age_s: 3600 },
      { ...OFFER, ip_allow: ['192.0.2.0/23'] },
      { ...OFFER, hours: null },
    ])
      expect((await approve(people, id, { conditions })).json().code).toBe('NOT_NARROWER')
    const more = { ...OFFER, ip_allow: ['192.0.2.0/25'], phishing_resistant: true }
    expect((await approve(people, id, { conditions: more })).json()).toMatchObject({
      status: 'active',
      conditions: more,
    })
  })

  test('tell no request that arrived from one that did not', async () => {
    const [real, phantom] = [await cast(), await cast()]
    const read = []
    for (const people of [real, { ...phantom, slug: 'nobody-has-this' }]) {
      const sent = await ask(people, { conditions: OFFER })
      const events = await world.sql(
        `select e.action, e.tenant_id, e.changes from audit_event e join audit_scope s on s.event_id = e.id where s.kind = 'partner' and s.scope_id = $1 order by e.id`,
        [people.partner],
      )
      const { conditions, conditions_in_force, version } = (
        await world.call(people.owner, 'GET', partnerPath((await newestLink(people)).link_id))
      ).json()
      read.push({ answer: sent.body, events, conditions, conditions_in_force, version })
    }
    expect(read[0]).toEqual(read[1])
    expect(read[0]).toMatchObject({
      conditions: { in_force: true },
      conditions_in_force: true,
      events: [{ action: 'links.request', changes: { conditions: { after: OFFER } } }],
    })
  })

  test('that could let nobody in, or mean nothing, are refused with every fault', async () => {
    const people = await cast()
    const refused = await ask(people, {
      conditions: { ip_mode: 'enforce', mfa_max_age_s: 5, hours: { tz: 'Mars/Olympus', windows: [] } },
    })
    expect(refused.statusCode).toBe(422)
    expect(
      refused
        .json()
        .errors.map(({ pointer }: { pointer: string }) => pointer)
        .toSorted(),
    ).toEqual([
      '/body/conditions/hours/tz',
      '/body/conditions/hours/windows',
      '/body/conditions/ip_allow',
      '/body/conditions/mfa_max_age_s',
    ])
    expect((await ask(people, { conditions: { own_wish: true } })).statusCode).toBe(422)
    expect((await world.call(people.owner, 'GET', '/api/v1/partner/links')).json().total).toBe(0)
  })
})

describe('asking for access', () => {
  test('a request opens nothing until the tenant approves what it was shown', async () => {
    const people = await cast()
    const sent = await ask(people)
    expect(sent.statusCode).toBe(202)
    const mine = await newestLink(people)
    expect(mine).toMatchObject({ status: 'requested', tenant_id: null, tenant_name: people.slug })
    const shown = await world.call(people.admin, 'GET', tenantPath(mine.link_id))
    expect(shown.json()).toMatchObject({
      status: 'requested',
      partner_name: 'Northwind',
      live_counts: { subscribers: 0 },
    })
    const stale = await world.call(people.admin, 'POST', tenantPath(mine.link_id, '/approve'), {
      body: { accept: {}, snapshot_token: 'something else' },
    })
    expect(stale.json().code).toBe('SNAPSHOT_STALE')
    const approved = await approve(people, mine.link_id)
    expect(approved.json()).toMatchObject({
      status: 'active',
      approved_by_name: 'Dana Kim',
      waits_for_second: false,
    })
    expect(await newestLink(people)).toMatchObject({
      status: 'active',
      tenant_id: encodeId('tenant', people.tenant),
      tenant_name: 'Acme Fiber',
    })
    const named = `/api/v1/partner/links?tenant_id=${encodeId('tenant', people.tenant)}`
    expect((await world.call(people.owner, 'GET', named)).json()).toMatchObject({ total: 1 })
    const [kept] = await world.sql<{ approval_snapshot: { permissions: string[] } }>(
      'select approval_snapshot from delegation where tenant_id = $1',
      [people.tenant],
    )
    expect(kept?.approval_snapshot.permissions).toEqual(approved.json().permissions)
  })

  test('the answers to a request for a tenant, for nobody and for a tenant that takes no requests are the same, and so is the list', async () => {
    const people = await cast()
    const closed = await world.tenant('Closed Shop')
    await world.seed(
      `insert into tenant_partner_policy (tenant_id, who_may_ask) values ($1, 'none')`,
      [closed],
      closed,
    )
    const slugs = [people.slug, 'nobody-has-this', await slugOf('tenant', closed)]
    const answers = []
    for (const slug of slugs) answers.push(await ask({ ...people, slug }))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202])
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    const { items } = (await world.call(people.owner, 'GET', '/api/v1/partner/links')).json()
    const shapes = items.map((item: Record<string, unknown>) => {
      const {
        link_id: _id,
        tenant_name: _name,
        tenant_slug: _slug,
        requested_at: _at,
        status_changed_at: _changed,
        request_expires_at: _expires,
        starts_at: _start,
        ends_at: _end,
        ...rest
      } = item
      return JSON.stringify(rest)
    })
    expect(new Set(shapes).size).toBe(1)
    expect(items).toHaveLength(3)
    const named = `/api/v1/partner/links?tenant_id=${encodeId('tenant', people.tenant)}`
    expect((await world.call(people.owner, 'GET', named)).json()).toMatchObject({ items: [], total: 0 })
    for (const item of items) {
      const detail = await world.call(people.owner, 'GET', partnerPath(item.link_id))
      expect(detail.json()).toMatchObject({ status: 'requested', members: [], history: [], changes: [] })
      const again = await ask({ ...people, slug: item.tenant_slug })
      expect(again.json().code).toBe('LINK_ALREADY_LIVE')
      const withdrawn = await world.call(people.owner, 'POST', partnerPath(item.link_id, '/withdraw'), {
        body: {},
        headers: { 'if-match': '"v1"' },
      })
      expect(withdrawn.json()).toMatchObject({ status: 'withdrawn', tenant_id: null })
    }
    const real = await world.sql('select status from delegation where partner_id = $1', [people.partner])
    expect(real).toEqual([{ status: 'withdrawn' }])
  })

  test('how long a request asks for is shown as it was asked, whatever the rules of the tenant allow (existence)', async () => {
    const people = await cast()
    const strict = await cast()
    await world.seed(
      `insert into tenant_partner_policy (tenant_id, max_duration_days) values ($1, 30)`,
      [strict.tenant],
      strict.tenant,
    )
    const daysOf = async (slug: string) => {
      expect((await ask({ ...people, slug }, { duration_days: 365 })).statusCode).toBe(202)
      const { items } = (await world.call(people.owner, 'GET', '/api/v1/partner/links')).json()
      const row = items.find((one: { tenant_slug: string }) => one.tenant_slug === slug)
      return Math.round((Date.parse(row.ends_at) - Date.parse(row.starts_at)) / 86_400_000)
    }
    expect([await daysOf(strict.slug), await daysOf('nobody-has-this-code')]).toEqual([365, 365])
    const [held] = await world.sql<{ days: number }>(
      `select round(extract(epoch from ends_at - starts_at) / 86400)::integer as days from delegation where tenant_id = $1`,
      [strict.tenant],
    )
    expect(held?.days).toBe(30)
  })

  test('what a partner reads and is mailed later does not tell a request that arrived from one that did not', async () => {
    const [real, phantom] = [await cast(), await cast()]
    await ask(real)
    await ask({ ...phantom, slug: 'nobody-has-this' })
    await world.seed(
      `with r as (update link_request_sent set expires_at = now() where partner_id in ($1, $2)) update link set request_expires_at = now() where partner_id = $1`,
      [real.partner, phantom.partner],
      real.tenant,
    )
    await runLinkClock(world.database)
    const heard = []
    for (const people of [real, phantom]) {
      const events = await world.sql(
        `select e.action, e.tenant_name, e.tenant_id from audit_event e join audit_scope s on s.event_id = e.id where s.kind = 'partner' and s.scope_id = $1 and e.outcome = 'allowed' order by e.id`,
        [people.partner],
      )
      const mails = await world.sql(
        `select 1 from outbox o join person p on p.email = o.payload ->> 'to' join partner_member m on m.person_id = p.id where m.partner_id = $1`,
        [people.partner],
      )
      heard.push({ events, mails, status: (await newestLink(people)).status })
    }
    expect(heard[0]).toEqual(heard[1])
    expect(heard[0]).toMatchObject({ mails: [], status: 'lapsed', events: [{ action: 'links.request' }] })
  })

  test('a declined partner waits 7 days, and after the third time in a year until that year is over', async () => {
    const people = await cast()
    await ask(people)
    const { link_id: id } = await newestLink(people)
    expect((await tenantMove({ ...people, id }, 'decline', { reason: 'Not now' })).json().status).toBe(
      'declined',
    )
    const soon = await ask(people)
    expect([soon.statusCode, soon.json().code]).toEqual([409, 'REQUEST_TOO_SOON'])
    await world.sql(
      `alter table delegation disable trigger user; update delegation set status_changed_at = now() - interval '8 days'; alter table delegation enable trigger user`,
    )
    expect((await ask(people)).statusCode).toBe(202)
  })

  test('an invitation is the tenant’s to make and the partner’s to accept', async () => {
    const people = await cast()
    const { message, ...rest } = REQUEST
    const invited = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/links/invite', {
      body: {
        partner_slug: people.partnerSlug,
        ...rest,
        message,
        conditions: { read_reason_required: true },
      },
    })
    expect(invited.statusCode, invited.body).toBe(201)
    const mine = await newestLink(people)
    expect(mine).toMatchObject({
      status: 'requested',
      tenant_name: 'Acme Fiber',
      conditions: { in_force: true },
    })
    const own = await approve(people, mine.link_id)
    expect(own.json().code).toBe('LINK_STATE_CONFLICT')
    const accepted = await partnerMove({ ...people, id: mine.link_id }, 'accept')
    expect(accepted.json()).toMatchObject({ status: 'active', approved_by_name: 'Ana Ruiz' })
  })

  test('two approvers are two people who accepted the same', async () => {
    const people = await cast()
    await world.seed(
      `insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true)`,
      [people.tenant],
      people.tenant,
    )
    const second = await world.person('Priya Nair')
    await world.tenantMember(people.tenant, second.id)
    await ask(people)
    const { link_id: id } = await newestLink(people)
    expect((await approve(people, id)).json()).toMatchObject({ status: 'requested', waits_for_second: true })
    expect((await approve(people, id)).json().code).toBe('SECOND_APPROVER_NEEDED')
    const done = await approve(
      { ...people, admin: await world.signIn(second.id, { tenantId: people.tenant }) },
      id,
    )
    expect(done.json()).toMatchObject({ status: 'active', approved_by_name: 'Priya Nair' })
  })

  test('an approval takes away from what was asked and never adds', async () => {
    const people = await cast()
    await ask(people)
    const { link_id: id } = await newestLink(people)
    expect((await approve(people, id, { access_role: 'msp_full' })).json().code).toBe('NOT_NARROWER')
    const ends = new Date(Date.parse(REQUEST_NOW) + 10 * 86_400_000).toISOString()
    const approved = await approve(people, id, {
      deny: ['partner.support.tickets.comment'],
      ends_at: ends,
      conditions: { phishing_resistant: true },
    })
    expect(approved.json()).toMatchObject({
      status: 'active',
      ends_at: ends,
      conditions: { phishing_resistant: true },
    })
    expect(approved.json().permissions).not.toContain('partner.support.tickets.comment')
    const seen = (await world.call(people.owner, 'GET', partnerPath(id))).json()
    expect(seen.conditions).toEqual({ in_force: true })
  })

  test('one partner holds a full role in a tenant', async () => {
    const first = await makeLink({ access_role: 'msp_full' })
    const other = await cast()
    await ask({ ...other, slug: first.slug }, { access_role: 'msp_full' })
    const { link_id: id } = await newestLink(other)
    expect((await approve({ ...other, admin: first.admin }, id)).json().code).toBe('FULL_ROLE_TAKEN')
  })
})

test('an invitation is declined by the partner, and an own request is not (B1)', async () => {
  const people = await cast()
  const invited = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/links/invite', {
    body: { partner_slug: people.partnerSlug, ...REQUEST },
  })
  const { link_id: id } = invited.json()
  const declined = await partnerMove({ ...people, id }, 'decline', { reason: 'No capacity.' })
  expect(declined.json(), declined.body).toMatchObject({ status: 'declined', status_reason: 'No capacity.' })
  expect((await ask(people)).statusCode).toBe(202)
  const { link_id: own } = await newestLink(people)
  expect((await partnerMove({ ...people, id: own }, 'decline')).json().code).toBe('LINK_STATE_CONFLICT')
})

test('the mail about a request says until when it waits, and where to tell us that nobody knows the partner (L2)', async () => {
  const people = await cast()
  await ask(people)
  const [link] = await world.sql<{ day: string }>(
    `select to_char(request_expires_at at time zone 'UTC', 'FMDD Mon YYYY') as day from link where tenant_id = $1`,
    [people.tenant],
  )
  const [mail] = await world.sql<{ text: string }>(
    `select o.payload ->> 'text' as text from outbox o join person p on p.email = o.payload ->> 'to' join tenant_member m on m.person_id = p.id where m.tenant_id = $1 and o.topic = 'mail'`,
    [people.tenant],
  )
  expect(mail?.text).toContain(`The request waits until ${link?.day}`)
  expect(mail?.text).toMatch(/You don't know them\? Tell us: https?:\/\/[^\s]+\/help#unknown-request/)
})

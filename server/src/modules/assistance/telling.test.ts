import { decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN, makeAssistanceActs, TENANT } from '#testing/assistance-acts.ts'
import { makeAuditRoutes } from '#modules/audit/index.ts'
import { asSide, attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makeAssistanceRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeAssistanceRoutes(services),
    ...makeAuditRoutes(services),
  ])
})
afterAll(() => world[Symbol.asyncDispose]())
const { open, ask, askedId, tickets, act, seen, setRule } = makeAssistanceActs(() => world)

test('both sides and the partner that it is about are told by mail and in the log, and every event says that it was assisted', async () => {
  const { scene, staff, admin } = await open()
  await world.link(scene.partner, scene.tenant)
  const asked = await ask(staff, scene.tenant, { partner_id: encodeId('partner', scene.partner) })
  expect(asked.statusCode, asked.body).toBe(201)
  const id = String(asked.json().support_access_id)
  await act(admin, id, 'approve')
  await tickets(staff, id)
  await act(admin, id, 'end')
  await tickets(staff, id)
  const mails = await world.sql<{ email: string; n: number }>(
    `select p.email, count(*)::integer as n from outbox o join person p on p.email = o.payload ->> 'to'
     where o.topic = 'mail' and o.payload ->> 'text' like '%' || $1 || '%' and p.id = any ($2) group by 1`,
    [id, [scene.people.tenant.id, scene.people.partner.id]],
  )
  expect(mails.map(({ n }) => n)).toEqual([3, 3])
  const places = await world.sql<{ page: string }>(
    `select distinct substring(o.payload ->> 'text' from 'https?://[^[:space:]]+') as page from outbox o
     where o.topic = 'mail' and o.payload ->> 'text' like '%' || $1 || '%' order by 1`,
    [id],
  )
  const [tenant, partner] = [encodeId('tenant', scene.tenant), encodeId('partner', scene.partner)]
  expect(places.map(({ page }) => new URL(page).pathname)).toEqual([
    `/org/${tenant}/access/support`,
    `/partner/${partner}/notices`,
    `/platform/support-access/${id}`,
  ])
  const about = await world.call(scene.people.partner.caller, 'GET', '/api/v1/partner/support-access')
  expect(about.json().items, about.body).toMatchObject([
    { support_access_id: id, case_number: 'CASE-7', status: 'ended' },
  ])
  expect(about.body).not.toContain('cannot see a ticket')
  const events = await world.sql<{ action: string; role: string; outcome: string }>(
    `select e.action, e.role, e.outcome from audit_event e join audit_scope s on s.event_id = e.id
     where s.kind = 'tenant' and s.scope_id = $1 and e.delegation_id = $2 order by e.occurred_at`,
    [scene.tenant, decodeId('assisted', id)],
  )
  expect(events.map(({ action, role, outcome }) => `${action} ${role} ${outcome}`)).toEqual([
    'assistance.request assisted allowed',
    'assistance.approve assisted allowed',
    'assistance.tickets.read assisted allowed',
    'assistance.end assisted allowed',
    'access.refused assisted denied',
  ])
})

test('the security contact hears that support was let in, in its language, once, and neither of the request nor of the end (A10)', async () => {
  const { scene, staff, admin } = await open()
  await world.seed(
    `insert into tenant_security_contact (tenant_id, email, language) values ($1, 'garde@acme.example', 'fr')`,
    [scene.tenant],
    scene.tenant,
  )
  const subjects = async () =>
    (
      await world.sql<{ subject: string }>(
        `select payload ->> 'subject' as subject from outbox where topic = 'mail' and payload ->> 'to' = 'garde@acme.example'`,
      )
    ).map(({ subject }) => subject)
  const id = await askedId(staff, scene.tenant)
  expect(await subjects()).toEqual([])
  await act(admin, id, 'approve')
  await act(admin, id, 'end')
  expect(await subjects()).toEqual(['Notre assistance peut consulter les données de Acme'])
  const [person] = await world.sql<{ email: string }>('select email from person where id = $1', [
    scene.people.tenant.id,
  ])
  await world.seed(
    'update tenant_security_contact set email = upper($2) where tenant_id = $1',
    [scene.tenant, person?.email],
    scene.tenant,
  )
  await act(admin, await askedId(staff, scene.tenant), 'approve')
  expect(await world.sql(`select 1 from outbox where payload ->> 'to' = upper($1)`, [person?.email])).toEqual(
    [],
  )
})

test('once a tenant refuses support, what runs ends and what waits is declined at once; each is told and in both logs, and the page knew how many', async () => {
  const { scene, staff, admin } = await open()
  const other = await world.person()
  await world.platformAdmin(other.id)
  await setRule(admin, 'allow')
  const runs = await askedId(staff, scene.tenant)
  await setRule(admin, 'ask')
  const waits = await askedId(await world.signIn(other.id), scene.tenant)
  expect(await seen(staff, runs)).toBe(1)
  expect((await world.call(admin, 'GET', `${TENANT}/rule`)).json().open_now).toBe(2)
  const raw = await asSide({ world, side: 'tenant', scene }, async (client) => {
    const text = `update assisted_rule set mode = 'refuse', set_by = $1, set_by_name = 'x'`
    await client.query(text, [scene.people.tenant.id])
    return attempt(client, 'set constraints public.require_refused_ended immediate')
  })
  expect(raw).toBe('assisted_refused_open')
  expect((await setRule(admin, 'refuse')).json()).toMatchObject({ mode: 'refuse', open_now: 0 })
  expect(await seen(staff, runs)).toBe('SUPPORT_ACCESS_ENDED')
  const states = await world.sql(
    'select status, ended_by_side from assisted_access where tenant_id = $1 order by status',
    [scene.tenant],
  )
  expect(states).toEqual([
    { status: 'declined', ended_by_side: 'tenant' },
    { status: 'ended', ended_by_side: 'tenant' },
  ])
  const events = await world.sql<{ action: string }>(
    `select action from audit_event where tenant_id = $1 and action in ('assistance.end', 'assistance.decline') order by action`,
    [scene.tenant],
  )
  expect(events.map(({ action }) => action)).toEqual(['assistance.decline', 'assistance.end'])
  for (const id of [runs, waits]) {
    const mails = await world.sql(
      `select 1 from outbox where topic = 'mail' and payload ->> 'text' like '%' || $1 || '%' and payload ->> 'text' like '%refuses support%'`,
      [id],
    )
    expect(mails.length, id).toBeGreaterThan(0)
  }
})

test('the tenant learns which tickets support opened and for which case, each by its number, and asks for all of one access', async () => {
  const { scene, staff, admin } = await open()
  const id = await askedId(staff, scene.tenant)
  await act(admin, id, 'approve')
  for (const number of ['T-71', 'T-72'])
    await world.seed(
      `insert into ticket (tenant_id, number, subject) values ($1, $2, 'Down')`,
      [scene.tenant, number],
      scene.tenant,
    )
  const listed = (await tickets(staff, id)).json().items as { ticket_id: string; number: string }[]
  for (const { ticket_id: ticket } of listed)
    await world.call(staff, 'GET', `${ADMIN}/${id}/tickets/${ticket}`)
  const page = await world.call(admin, 'GET', `/api/v1/tenant/partner-access/activity?delegation_id=${id}`)
  expect(page.statusCode, page.body).toBe(200)
  const { items } = page.json<{
    items: { action: string; sentence: string; changes: unknown; resource: { id: string } }[]
  }>()
  const opened = items.filter(({ action }) => action === 'assistance.ticket.read')
  expect(opened.map(({ resource }) => resource.id).toSorted()).toEqual(
    listed.map(({ ticket_id: ticket }) => ticket).toSorted(),
  )
  expect(opened.map(({ sentence }) => sentence).join()).toContain(
    'of the provider opened the ticket T-72 for a support case',
  )
  expect(opened[0]?.changes).toEqual({ support_case: { after: 'CASE-7' } })
  expect(items.find(({ action }) => action === 'assistance.tickets.read')?.resource.id).toBe(id)
})

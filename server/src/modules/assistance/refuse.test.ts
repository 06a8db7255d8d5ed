import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAssistanceRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeAssistanceRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const ADMIN = '/api/v1/admin/support-access'
const TENANT = '/api/v1/tenant/support-access'

async function askedId(staff: Caller, tenant: TenantId): Promise<string> {
  const asked = await world.call(staff, 'POST', ADMIN, {
    body: { tenant_id: encodeId('tenant', tenant), case_number: 'CASE-7', reason: 'A ticket is missing' },
  })
  return String(asked.json().support_access_id)
}

const seen = async (staff: Caller, id: string) => {
  const answer = await world.call(staff, 'GET', `${ADMIN}/${id}/tickets`)
  return answer.statusCode === 200 ? 'looks' : String(answer.json().code)
}

const setRule = (admin: Caller, mode: string) =>
  world.call(admin, 'PUT', `${TENANT}/rule`, { body: { mode } })

test('once a tenant refuses support, what runs ends and what waits is declined at once; each is told and in both logs, and the page knew how many', async () => {
  const scene = await openScene(world)
  const staff = scene.people.provider.caller
  const admin = { ...scene.people.tenant.caller, tenantId: scene.tenant }
  const other = await world.person()
  await world.platformAdmin(other.id)
  await setRule(admin, 'allow')
  const runs = await askedId(staff, scene.tenant)
  await setRule(admin, 'ask')
  const waits = await askedId(await world.signIn(other.id), scene.tenant)
  expect(await seen(staff, runs)).toBe('looks')
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

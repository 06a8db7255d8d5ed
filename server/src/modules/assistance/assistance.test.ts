import { createHash } from 'node:crypto'
import { decideAssisted, decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN, makeAssistanceActs, TENANT } from '#testing/assistance-acts.ts'
import { seedInvoice, seedPayment } from '#testing/invoices.ts'
import { meetAt } from '#testing/meet.ts'
import { asSide, attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAssistanceRoutes, runAssistanceClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeAssistanceRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const { open, ask, askedId, tickets, act, seen, setRule, lateBy } = makeAssistanceActs(() => world)

describe('support looks at a tenant for a case', () => {
  test('nothing is open until the tenant allows it, then for an hour to look, and it ends by itself (access.md section 1)', async () => {
    const { scene, staff, admin } = await open()
    const asked = await ask(staff, scene.tenant)
    expect(asked.statusCode, asked.body).toBe(201)
    expect(asked.json()).toMatchObject({
      status: 'requested',
      duration_minutes: 60,
      basis: 'asked',
      is_own: true,
    })
    const id = String(asked.json().support_access_id)
    expect(await seen(staff, id)).toBe('SUPPORT_ACCESS_NOT_ALLOWED')
    const listed = await world.call(admin, 'GET', TENANT)
    expect(listed.json().items).toMatchObject([{ support_access_id: id, case_number: 'CASE-7' }])
    const allowed = await act(admin, id, 'approve')
    expect(allowed.json(), allowed.body).toMatchObject({ status: 'active' })
    const { started_at: from, ends_at: to } = allowed.json()
    expect(Date.parse(to) - Date.parse(from)).toBe(3_600_000)
    const [ticket] = (await tickets(staff, id)).json().items
    expect(ticket).toMatchObject({ subject: 'No signal' })
    const one = await world.call(staff, 'GET', `${ADMIN}/${id}/tickets/${ticket.ticket_id}`)
    expect(one.json().comments.map(({ content }: { content: string }) => content)).toEqual(['for all'])
    for (const what of ['invoices', 'payments', 'orders']) {
      const answer = await world.call(staff, 'GET', `${ADMIN}/${id}/${what}`)
      expect([answer.statusCode, answer.json().total], what).toEqual([200, 0])
    }
    const invoice = await seedInvoice(world, scene.tenant, { number: 'INV-77' })
    await seedPayment(world, scene.tenant, { invoice: invoice.uuid, amount: 400 })
    const paid = await world.call(staff, 'GET', `${ADMIN}/${id}/payments`)
    expect(paid.json().items).toMatchObject([{ invoice_id: invoice.id, invoice_number: 'INV-77' }])
    await lateBy(id, scene.tenant)
    expect(await seen(staff, id)).toBe('SUPPORT_ACCESS_ENDED')
    expect(await runAssistanceClock(world.database)).toBeGreaterThan(0)
    expect((await world.call(admin, 'GET', TENANT)).json().items).toMatchObject([
      { status: 'ended', ended_by_side: 'clock' },
    ])
  })

  test('the tenant ends it between two reads, and the second is refused (A9)', async () => {
    const { scene, staff, admin } = await open()
    const id = await askedId(staff, scene.tenant)
    await act(admin, id, 'approve')
    expect(await seen(staff, id)).toBe(1)
    expect((await act(admin, id, 'end')).json().status).toBe('ended')
    expect(await seen(staff, id)).toBe('SUPPORT_ACCESS_ENDED')
    expect((await act(admin, id, 'end')).json().code).toBe('SUPPORT_ACCESS_STATE_CONFLICT')
  })

  test('of reads that come all the while none that begins after the end has returned is served (A9, I7)', async () => {
    const { scene, staff, admin } = await open()
    const id = await askedId(staff, scene.tenant)
    await act(admin, id, 'approve')
    let hasEnded = false
    const late: (number | string)[] = []
    let served = 0
    const readOn = async () => {
      for (let left = 5; left > 0;) {
        const isLate = hasEnded
        const saw = await seen(staff, id)
        if (isLate) late.push(saw)
        else if (saw === 1) served += 1
        if (isLate) left -= 1
      }
    }
    const end = async () => {
      for (let reads = 0; reads < 10; reads += 1) await seen(staff, id)
      await act(admin, id, 'end')
      hasEnded = true
    }
    await Promise.all([readOn(), readOn(), readOn(), readOn(), end()])
    expect(served).toBeGreaterThan(0)
    expect(late).toEqual(Array.from({ length: 20 }, () => 'SUPPORT_ACCESS_ENDED'))
  })

  test('it opens one tenant to one person: not another tenant, not a colleague, not without a fresh factor', async () => {
    const { scene, staff, admin } = await open()
    const other = await open()
    const id = await askedId(staff, scene.tenant)
    expect((await act(other.admin, id, 'approve')).json().code).toBe('SUPPORT_ACCESS_NOT_FOUND')
    await act(admin, id, 'approve')
    expect(await seen(other.staff, id)).toBe('SUPPORT_ACCESS_NOT_FOUND')
    expect((await tickets(staff, id)).json().total).toBe(1)
    const stale = await world.signIn(scene.people.provider.id, { factorAgeSeconds: 1000 })
    expect(await seen(stale, id)).toBe('STEP_UP_REQUIRED')
    expect((await ask(stale, other.scene.tenant)).json().code).toBe('STEP_UP_REQUIRED')
    expect((await ask(staff, scene.tenant)).json().code).toBe('SUPPORT_ACCESS_OPEN')
    expect((await ask(staff, other.scene.tenant, { duration_minutes: 481 })).statusCode).toBe(422)
  })

  test('a freeze of the tenant stops it, and so does leaving the staff', async () => {
    const { scene, staff, admin } = await open()
    const id = await askedId(staff, scene.tenant)
    await act(admin, id, 'approve')
    await world.seed(
      `insert into access_freeze (scope, tenant_id, set_by, set_by_name, set_by_side) values ('tenant', $1, $2, 'x', 'tenant')`,
      [scene.tenant, scene.people.tenant.id],
      scene.tenant,
    )
    expect(await seen(staff, id)).toBe('ACCESS_FROZEN')
    await world.seed(`update platform_staff set status = 'inactive' where person_id = $1`, [
      scene.people.provider.id,
    ])
    expect((await tickets(staff, id)).statusCode).toBe(403)
  })
})

describe('the rule of a tenant', () => {
  test('allowed beforehand it begins at once and is told; refused it cannot be asked for', async () => {
    const { scene, staff, admin } = await open()
    expect((await world.call(admin, 'GET', `${TENANT}/rule`)).json().mode).toBe('ask')
    expect((await setRule(admin, 'allow')).json()).toMatchObject({ mode: 'allow' })
    const begun = await ask(staff, scene.tenant)
    expect(begun.json(), begun.body).toMatchObject({ status: 'active', basis: 'standing' })
    const id = String(begun.json().support_access_id)
    expect(await seen(staff, id)).toBe(1)
    expect((await act(staff, id, 'end')).json()).toMatchObject({ status: 'ended', ended_by_side: 'provider' })
    await setRule(admin, 'refuse')
    expect((await ask(staff, scene.tenant)).json().code).toBe('SUPPORT_ACCESS_REFUSED')
  })

  test('nothing begins under a rule while it is being changed: after a refusal was answered nobody is let in (I7)', async () => {
    const { scene, staff, admin } = await open()
    await setRule(admin, 'allow')
    const refusing = {
      text: `update assisted_rule set mode = 'refuse' where tenant_id = $1 returning 1`,
      values: [scene.tenant],
      tenant: scene.tenant,
    }
    const [asked] = await meetAt(world, refusing, [() => ask(staff, scene.tenant)])
    expect(asked?.json().code, asked?.body).toBe('SUPPORT_ACCESS_REFUSED')
  })

  async function openForTwo() {
    const { scene, staff, admin } = await open()
    const second = await world.person()
    await world.tenantMember(scene.tenant, second.id)
    const text = 'insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true)'
    await world.seed(text, [scene.tenant], scene.tenant)
    return { scene, staff, admin, other: { ...(await world.signIn(second.id)), tenantId: scene.tenant } }
  }

  test('where two people decide, two who allow it at the same moment are enough', async () => {
    const { scene, staff, admin, other } = await openForTwo()
    const id = await askedId(staff, scene.tenant)
    const text = 'select id from assisted_access where id = $1 for update'
    const lock = { text, values: [decodeId('assisted', id)] }
    const answers = await meetAt(world, lock, [
      () => act(admin, id, 'approve'),
      () => act(other, id, 'approve'),
    ])
    expect(new Set(answers.map((answer) => answer.json().status))).toEqual(new Set(['active', 'requested']))
  })

  test('where two people decide, one is not enough, and nothing beforehand counts', async () => {
    const { scene, staff, admin, other } = await openForTwo()
    await setRule(admin, 'allow')
    const id = await askedId(staff, scene.tenant)
    expect((await act(admin, id, 'approve')).json().status).toBe('requested')
    expect((await act(admin, id, 'approve')).json().code).toBe('SUPPORT_ACCESS_SOMEBODY_ELSE')
    expect(await seen(staff, id)).toBe('SUPPORT_ACCESS_NOT_ALLOWED')
    expect((await act(other, id, 'approve')).json().status).toBe('active')
    expect(await seen(staff, id)).toBe(1)
  })
})

const VIEWS = ['invoice', 'payment', 'ticket', 'ticket_comment', 'order']

/** Works as the provider's login with the context of one route. */
async function asProvider<Result>(
  caller: Caller,
  permission: string,
  work: (query: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool('liaison_platform').connect()
  const hash = createHash('sha256')
    .update(String(caller.cookie).split('=')[1] ?? '')
    .digest('hex')
  try {
    await client.query('begin')
    await client.query('select access.enter_person($1)', [
      { session_hash: hash, tenant_id: null, permission, writes: false, source: 'api' },
    ])
    return await work(async (text, values) => (await client.query(text, values)).rows)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

describe('as raw SQL', () => {
  test("the provider's login sees nothing of a tenant without it, and with it that tenant alone, on its own route alone", async () => {
    const { scene, staff, admin } = await open()
    const stranger = await open()
    const id = await askedId(staff, scene.tenant)
    const rows = (permission: string, caller = staff) =>
      asProvider(caller, permission, async (query) => {
        const found: number[] = []
        for (const view of VIEWS) found.push((await query(`select * from access.assisted_${view}`)).length)
        return found
      })
    const nothing = [0, 0, 0, 0, 0]
    expect(await rows('platform.assistance.use')).toEqual(nothing)
    await act(admin, id, 'approve')
    expect(await rows('platform.assistance.use')).toEqual([0, 0, 1, 1, 0])
    expect(await rows('platform.partners.read')).toEqual(nothing)
    expect(await rows('platform.assistance.use', stranger.staff)).toEqual(nothing)
    await asSide({ world, side: 'provider', scene }, async (client) => {
      for (const table of ['invoice', 'payment', 'ticket_comment'])
        expect(await attempt(client, `select * from ${table}`), table).toContain('permission denied')
    })
  })

  test('nobody lets themselves in, makes the delegation beside the record, or gives it longer', async () => {
    const { scene, staff } = await open()
    const id = decodeId('assisted', await askedId(staff, scene.tenant))
    const set = (change: string) => `update assisted_access set ${change} where id = '${id}'`
    await asSide({ world, side: 'provider', scene }, async (client) => {
      expect(await attempt(client, set(`status = 'active'`))).toBe('assisted_transition')
      expect(await attempt(client, set(`ends_at = now() + interval '1 hour'`))).toContain('permission denied')
      const direct = `update delegation set status = 'active' where id = '${id}'`
      expect(await attempt(client, direct)).toBe('delegation_assisted')
      expect(
        await attempt(
          client,
          `insert into delegation (tenant_id, kind, status, role_mask, mask, requested_by, approved_at, ends_at)
           values ($1, 'assisted', 'active', 0::bit(256), 0::bit(256), $2, now(), now() + interval '1 day')`,
          [scene.tenant, scene.people.provider.id],
        ),
      ).toBe('delegation_assisted')
      const other = `insert into assisted_access (tenant_id, person_id, person_name, case_number, reason) values ($1, $2, 'x', 'C', 'a reason long enough')`
      expect(await attempt(client, other, [scene.tenant, scene.stranger])).toBe('assisted_actor')
    })
    await asSide({ world, side: 'tenant', scene }, async (client) => {
      expect(await attempt(client, set(`status = 'active', decided_by = '${scene.stranger}'`))).toBe(
        'assisted_two_people',
      )
    })
    await asSide({ world, side: 'clock', scene }, async (client) => {
      const lapse = set(`status = 'lapsed', ended_at = now(), ended_by_side = 'clock'`)
      expect(await attempt(client, lapse)).toBe('assisted_transition')
    })
  })

  test('kernel and database say the same of every state, time, tenant and freeze', async () => {
    const { scene, staff, admin } = await open()
    const id = decodeId('assisted', await askedId(staff, scene.tenant))
    await act(admin, encodeId('assisted', id as never), 'approve')
    const worlds = [
      ...['active', 'revoked', 'expired'].map((status) => `status = '${status}'`),
      `status = 'requested'`,
      `starts_at = now() + interval '1 minute', ends_at = now() + interval '2 minutes'`,
      `starts_at = now() - interval '2 minutes', ends_at = now() - interval '1 minute'`,
      `ends_at = null`,
    ]
    const was = `status = 'active', starts_at = now() - interval '1 minute', ends_at = now() + interval '1 hour'`
    const allowed: string[] = []
    for (const change of worlds) {
      await world.seed(`update delegation set ${was} where id = $1`, [id], scene.tenant)
      await world.seed(`update delegation set ${change} where id = $1`, [id], scene.tenant)
      const [facts, reached] = await asProvider(staff, 'platform.assistance.use', async (query) => [
        (await query('select access.assisted_facts($1) as facts', [id]))[0]?.['facts'] as Record<
          string,
          string
        >,
        (await query('select * from access.assisted_reach()')).length,
      ])
      const said = decideAssisted(
        {
          now: new Date(String(facts['now'])),
          delegation: {
            status: String(facts['status']),
            starts_at: new Date(String(facts['starts_at'])),
            ends_at: facts['ends_at'] === null ? null : new Date(String(facts['ends_at'])),
          },
          tenant: { status: String(facts['tenant_status']) },
          freezes: [],
        },
        'read',
      )
      expect(said.effect === 'allow', change).toBe(reached === 1)
      if (reached === 1) allowed.push(change)
    }
    expect(allowed).toEqual([`status = 'active'`])
  })
})

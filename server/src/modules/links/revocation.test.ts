import { encodeId } from '@liaison/access'
import type { IdOf, LinkId, PartnerId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { recordEvent, runStatements } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

const writeProbe = route({
  method: 'POST',
  path: '/api/v1/probe/tickets',
  summary: 'Open a ticket',
  input: {},
  access: { permission: 'partner.support.tickets.create', tenant: 'header' },
  limit: 'write',
  responses: { 201: z.strictObject({}) },
  async handle({ mandate }) {
    await runStatements(mandate, [
      {
        text: `insert into ticket (tenant_id, number, subject) values ($1, gen_random_uuid()::text, 'Down')`,
        values: [mandate.tenant.id],
      },
    ])
    recordEvent(mandate, { action: 'support.tickets.create' })
    await gate
    return {}
  },
})

/** What every write waits for before it commits. */
let gate: Promise<void> = Promise.resolve()

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeLinkRoutes(services), writeProbe])
})
afterAll(() => world[Symbol.asyncDispose]())

interface Scene {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly link: LinkId
  readonly member: IdOf<'member'>
  readonly caller: Caller
  readonly admin: Caller
}

async function openScene(): Promise<Scene> {
  const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme')]
  const [person, admin] = [await world.person(), await world.person()]
  const member = await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id)
  await world.seed(`insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`, [
    person.id,
  ])
  const link = await world.link(partner, tenant, { role: 'msp_support' })
  await world.assign(link, member)
  await world.seed(`update delegation set approved_at = '2020-01-01' where id = $1`, [link], tenant)
  return {
    partner,
    tenant,
    link,
    member,
    caller: await world.signIn(person.id, { tenantId: tenant }),
    admin: await world.signIn(admin.id, { tenantId: tenant }),
  }
}

const write = ({ caller }: Scene) => world.call(caller, 'POST', '/api/v1/probe/tickets')
/** The locks of this test's own database: others run beside it. */
const HERE = `locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`

function revoke({ admin, link }: Scene) {
  return world.call(admin, 'POST', `/api/v1/tenant/partner-access/links/${encodeId('link', link)}/revoke`, {
    body: {},
  })
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/**
 * The answer to a call that a busy machine may turn away before anything is decided. Asked again in the same turn of the
 * event loop, such calls would keep the answers of the others from being read for ever.
 */
async function onceTaken(call: () => ReturnType<typeof write>): ReturnType<typeof write> {
  for (;;) {
    const response = await call()
    if (response.statusCode !== 503 || response.json().code !== 'OVERLOADED') return response
    await nextTurn()
  }
}

async function count({ tenant }: Scene): Promise<number> {
  const [row] = await world.sql<{ n: number }>(
    'select count(*)::integer as n from ticket where tenant_id = $1',
    [tenant],
  )
  return row?.n ?? 0
}

describe('revocation', () => {
  test('no write commits after the call that revoked has returned, with 20 writers at once', async () => {
    const scene = await openScene()
    const outcomes: string[] = []
    let isRevoked = false
    const lateStarts: string[] = []
    const { promise: manyAreDone, resolve: tellManyAreDone } = Promise.withResolvers<void>()
    let done = 0
    const over = new AbortController()
    onTestFinished(() => over.abort())
    const writer = async () => {
      // Until it is refused: on a busy machine many writes go through before the call that revokes does.
      while (!over.signal.aborted) {
        const startedLate = isRevoked
        const response = await onceTaken(() => write(scene))
        const code = response.statusCode === 201 ? 'DONE' : String(response.json().code)
        outcomes.push(code)
        if (startedLate) lateStarts.push(code)
        if (code === 'TENANT_LINK_REVOKED') return
        if (code !== 'DONE') throw new Error(`A write was answered ${response.body}`)
        done += 1
        if (done === 25) tellManyAreDone()
        await nextTurn()
      }
    }
    const writers = Array.from({ length: 20 }, writer)
    await Promise.race([manyAreDone, Promise.all(writers)])
    const revoked = await onceTaken(() => revoke(scene))
    isRevoked = true
    expect(revoked.statusCode, revoked.body).toBe(200)
    const atRevocation = await count(scene)
    await Promise.all(writers)
    expect(await count(scene)).toBe(atRevocation)
    expect(atRevocation).toBe(outcomes.filter((code) => code === 'DONE').length)
    expect(outcomes.filter((code) => code === 'TENANT_LINK_REVOKED')).toHaveLength(20)
    expect(new Set(lateStarts)).toEqual(new Set(lateStarts.length > 0 ? ['TENANT_LINK_REVOKED'] : []))
  })

  test('a write that is under way is waited for, so that it is there when the call that revoked returns', async () => {
    const scene = await openScene()
    const opened = Promise.withResolvers<void>()
    gate = opened.promise
    const writers = Array.from({ length: 3 }, () => write(scene))
    const inserted = async () => {
      const [row] = await world.sql<{ n: number }>(
        `select count(*)::integer as n from pg_locks where ${HERE} and mode = 'ShareLock' and granted`,
      )
      return row?.n ?? 0
    }
    // Each writer holds five locks in share: over everything, the partner, the tenant, the pair and the person.
    while ((await inserted()) < 15) await nextTurn()
    const state = { hasReturned: false }
    const revoking = revoke(scene).then(async (response) => {
      state.hasReturned = true
      return { response, seen: await count(scene) }
    })
    const isWaiting = async () => {
      const [row] = await world.sql<{ n: number }>(
        `select count(*)::integer as n from pg_locks where ${HERE} and not granted`,
      )
      return (row?.n ?? 0) > 0
    }
    while (!state.hasReturned && !(await isWaiting())) await nextTurn()
    opened.resolve()
    gate = Promise.resolve()
    const { response, seen } = await revoking
    const answers = await Promise.all(writers)
    expect(response.statusCode).toBe(200)
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201])
    expect([seen, await count(scene)]).toEqual([3, 3])
  })

  test('twenty revocations at once end the link once', async () => {
    const scene = await openScene()
    const answers = await Promise.all(Array.from({ length: 20 }, () => revoke(scene)))
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
    expect(
      new Set(answers.filter(({ statusCode }) => statusCode !== 200).map((answer) => answer.json().code)),
    ).toEqual(
      new Set(
        ['PRECONDITION_FAILED', 'LINK_STATE_CONFLICT'].filter((code) =>
          answers.some((answer) => answer.json().code === code),
        ),
      ),
    )
  })
})

import { createHash } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import type { Scene } from '#testing/sides.ts'
import { makeEndpoint, PARTNER_ENDPOINTS, TENANT_ENDPOINTS } from '#testing/webhook-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeWebhookRoutes } from './index.ts'

let world: TestWorld
let scene: Scene
let other: Scene
const ids: Record<'partner' | 'tenant' | 'otherPartner' | 'otherTenant', string> = {
  partner: '',
  tenant: '',
  otherPartner: '',
  otherTenant: '',
}
const TABLES = ['webhook_endpoint', 'webhook_secret', 'webhook_health', 'webhook_delivery'] as const

beforeAll(async () => {
  world = await TestWorld.start(makeWebhookRoutes, { isDemo: true })
  scene = await openScene(world)
  other = await openScene(world)
  const make = async (of: Scene, side: 'partner' | 'tenant') => {
    const path = side === 'partner' ? PARTNER_ENDPOINTS : TENANT_ENDPOINTS
    const { caller } = of.people[side]
    const as = side === 'tenant' ? { ...caller, tenantId: of.tenant } : caller
    const wish = { url: 'http://127.0.0.1:9/', eventTypes: ['consent.ended'], path }
    const made = await makeEndpoint(world, as, wish)
    await world.call(as, 'POST', `${made.path}/test`)
    await world.sql('insert into webhook_health (endpoint_id) values ($1)', [made.id])
    return made.id
  }
  ids.partner = await make(scene, 'partner')
  ids.tenant = await make(scene, 'tenant')
  ids.otherPartner = await make(other, 'partner')
  ids.otherTenant = await make(other, 'tenant')
})
afterAll(() => world[Symbol.asyncDispose]())

const column = (table: string) => (table === 'webhook_endpoint' ? 'id' : 'endpoint_id')

const seen = async (client: pg.PoolClient, table: string): Promise<string[]> =>
  (await client.query<{ id: string }>(`select ${column(table)} as id from ${table} order by 1`)).rows.map(
    ({ id }) => id,
  )

const as = <Result>(side: 'partner' | 'tenant' | 'clock', work: (client: pg.PoolClient) => Promise<Result>) =>
  asSide({ world, side, scene }, work)

describe.each(TABLES)('rows of %s', (table) => {
  test('are seen by the owner of their endpoint alone, and by the job that delivers', async () => {
    expect(await as('partner', (client) => seen(client, table))).toEqual([ids.partner])
    expect(await as('tenant', (client) => seen(client, table))).toEqual([ids.tenant])
    expect(await as('clock', (client) => seen(client, table))).toEqual(Object.values(ids).toSorted())
  })

  test('are seen by no login without a context, and by no other login at all', async () => {
    const text = `select ${column(table)} from ${table}`
    for (const login of ['liaison_program', 'liaison_tenant', 'liaison_job'] as const)
      expect(await world.sqlAs(login, text)).toEqual([])
    for (const login of [
      'liaison_platform',
      'liaison_delegate',
      'liaison_auth',
      'liaison_ingest',
      'liaison_guard',
      'liaison_sealer',
    ] as const)
      await expect(world.sqlAs(login, text)).rejects.toThrow('permission denied')
  })

  test('of somebody else are neither changed nor removed', async () => {
    const set = {
      webhook_endpoint: 'version = 9',
      webhook_secret: 'ends_at = now()',
      webhook_health: '',
      webhook_delivery: 'attempt = 0',
    }[table]
    for (const side of ['partner', 'tenant'] as const) {
      const foreign = [ids[side === 'partner' ? 'tenant' : 'partner'], ids.otherPartner, ids.otherTenant]
      const tried = await as(side, async (client) => [
        set === ''
          ? 'nothing'
          : await attempt(client, `update ${table} set ${set} where ${column(table)} = any ($1)`, [foreign]),
        await attempt(client, `delete from ${table} where ${column(table)} = any ($1)`, [foreign]),
      ])
      for (const outcome of tried) expect(outcome).toMatch(/^nothing$|permission denied/)
    }
  })
})

test('an owner adds nothing to the endpoint of another, and no endpoint for another', async () => {
  const endpoint = `insert into webhook_endpoint (partner_id, url, event_types, created_by, created_by_name) values ($1, 'https://x.example/', '{consent.ended}', access.context_id('actor_id'), 'X')`
  const secret = `insert into webhook_secret (id, endpoint_id, sealed_secret) values (uuidv7(), $1, '\\x00')`
  const delivery = `insert into webhook_delivery (endpoint_id, event_id, event_type, occurred_at, data) values ($1, uuidv7(), 'consent.ended', now(), '{}')`
  const tried = await as('partner', async (client) => [
    await attempt(client, endpoint, [other.partner]),
    await attempt(client, secret, [ids.otherPartner]),
    await attempt(client, delivery, [ids.otherPartner]),
    await attempt(client, delivery, [ids.tenant]),
  ])
  for (const outcome of tried) expect(outcome).toContain('row-level security')
})

test('an owner adds an endpoint in the own name alone, whatever name it writes (R1)', async () => {
  const insert = (side: string) =>
    `insert into webhook_endpoint (${side}_id, url, event_types, created_by, created_by_name) values ($1, 'https://x.example/', '{consent.ended}', $2, 'Somebody Else')
     returning created_by_name = (current_setting('liaison.context')::jsonb ->> 'actor_name') as is_own`
  for (const side of ['partner', 'tenant'] as const)
    await as(side, async (client) => {
      const other = await attempt(client, insert(side), [scene[side], scene.stranger])
      const { rows } = await client.query(insert(side), [scene[side], scene.people[side].id])
      expect([other, rows], side).toEqual(['webhook_endpoint_created_by_self', [{ is_own: true }]])
    })
})

test('a sealed secret is read by the job alone: its owner has no privilege on the column', async () => {
  for (const column of ['sealed_secret', 'sealed_signing_key']) {
    const read = `select ${column} from webhook_secret`
    for (const side of ['partner', 'tenant'] as const)
      expect(await as(side, (client) => attempt(client, read))).toContain('permission denied')
    expect(await as('clock', (client) => attempt(client, read))).toBe('done')
  }
})

test('secrets follow the rotation of the data key, which finds its columns by their comments', async () => {
  const rows = await world.sql(
    `select col_description(attrelid, attnum) as comment from pg_attribute where attrelid = 'webhook_secret'::regclass and attname like 'sealed%'`,
  )
  expect(rows).toHaveLength(2)
  for (const { comment } of rows) expect(comment).toMatch(/^Encrypted with the data key/)
})

test('nobody says that an address has answered but the job that asked it (section 6)', async () => {
  for (const side of ['partner', 'tenant'] as const)
    expect(
      await as(side, (client) => attempt(client, 'update webhook_endpoint set verified_at = now()')),
    ).toContain('permission denied')
})

test('nobody says what an event was after it was written', async () => {
  for (const set of [`data = '{}'`, `event_type = 'x'`, 'event_id = uuidv7()', 'endpoint_id = uuidv7()'])
    expect(await as('partner', (client) => attempt(client, `update webhook_delivery set ${set}`))).toContain(
      'permission denied',
    )
})

test('who hears of an event is asked by our own work alone, and so are mails to owners', async () => {
  for (const call of [`access.webhook_audience('{}')`, `access.mail_webhook_owner(uuidv7(), 'a', 'b')`]) {
    expect(await as('partner', (client) => attempt(client, `select ${call}`))).toContain('permission denied')
    await expect(world.sqlAs('liaison_job', `select ${call}`)).rejects.toThrow('only our own work')
  }
})

test('an owner counts no endpoint to the last number that there is, after which no job could switch it off (E12)', async () => {
  const count = (version: string) =>
    asSide({ world, side: 'partner', scene }, (client) =>
      attempt(client, `update webhook_endpoint set version = ${version} where partner_id = $1`, [
        scene.partner,
      ]),
    )
  expect([await count('2147483647'), await count('version - 1'), await count('version + 1')]).toEqual([
    'webhook_endpoint_version',
    'webhook_endpoint_version',
    'done',
  ])
})

test('every change of an endpoint or a secret needs its audit event', async () => {
  const client = await world.database.pool('liaison_job').connect()
  try {
    await client.query('begin')
    await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    await client.query(
      `update webhook_endpoint set status = 'disabled', disabled_reason = 'gone', disabled_at = now() where id = $1`,
      [ids.partner],
    )
    await expect(client.query('commit')).rejects.toThrow('no audit event')
  } finally {
    await client.query('rollback').catch(() => undefined)
    client.release()
  }
})

describe('messages of the outbox', () => {
  const put = (side: 'partner' | 'tenant' | 'provider', topic: string, payload: object) =>
    asSide({ world, side, scene }, (client) =>
      attempt(client, 'insert into outbox (topic, payload) values ($1, $2)', [topic, payload]),
    )

  test('are about a matter of whoever puts them there, as raw SQL (access.md section 8)', async () => {
    await world.link(scene.partner, scene.tenant)
    const own = { tenant_id: scene.tenant, partner_id: scene.partner }
    const REFUSED = 'new row violates row-level security policy "own_matters" for table "outbox"'
    for (const side of ['partner', 'tenant'] as const) {
      const self = side === 'partner' ? { partner_id: scene.partner } : { tenant_id: scene.tenant }
      const outcomes = [
        await put(side, 'link.changed', own),
        await put(side, 'api_client.changed', self),
        await put(side, 'link.changed', { ...own, tenant_id: other.tenant }),
        await put(side, 'link.changed', { partner_id: other.partner }),
        await put(side, 'export.completed', { partner_id: other.partner }),
        await put(side, 'payout.paid', own),
        await put(side, 'payout.close_statements', { months: 1 }),
        await put(side, 'signals.changed', own),
      ]
      expect(outcomes, side).toEqual([
        ...Array.from({ length: 2 }, () => 'done'),
        ...Array.from({ length: 6 }, () => REFUSED),
      ])
    }
    expect([
      await put('tenant', 'agreement.active', own),
      await put('tenant', 'feature.changed', own),
      await put('provider', 'audit.checkpoint', { checkpoint: {} }),
      await put('provider', 'payout.paid', { partner_id: other.partner, state: 'paid' }),
    ]).toEqual([REFUSED, REFUSED, REFUSED, 'done'])
  })

  test('that are mails go to whom they concern, as raw SQL: whoever was invited, whose address it was, no stranger (access.md section 8)', async () => {
    const mail = async (client: pg.PoolClient, to: string, text = 'x') =>
      attempt(client, `insert into outbox (topic, payload) values ('mail', $1)`, [{ to, subject: 'x', text }])
    const invite = (kind: string, organisation: string, role: string) => ({
      kind,
      organisation_id: organisation,
      role,
      email: 'invited@example.test',
      token_hash: createHash('sha256').update(kind).digest('hex'),
    })
    const strangers = 'stranger@example.test'
    for (const [side, invitation] of [
      ['partner', invite('partner', scene.partner, 'PARTNER_STAFF')],
      ['tenant', invite('tenant', scene.tenant, 'TENANT_USER')],
      ['provider', invite('partner', scene.partner, 'PARTNER_OWNER')],
    ] as const) {
      const outcomes = await asSide({ world, side, scene }, async (client) => {
        const before = await mail(client, invitation.email)
        await client.query('select access.invite($1)', [invitation])
        return [
          before,
          await mail(client, invitation.email),
          await mail(client, invitation.email, 'x'.repeat(20_000)),
          await mail(client, strangers),
        ]
      })
      expect(outcomes, side).toEqual(['outbox_recipient', 'done', 'outbox_mail_size', 'outbox_recipient'])
    }
    const contact = await asSide({ world, side: 'tenant', scene }, async (client) => {
      const name = (email: string) =>
        client.query(
          `insert into tenant_security_contact (tenant_id, email) values ($1, $2) on conflict (tenant_id) do update set email = excluded.email`,
          [scene.tenant, email],
        )
      await name('before@example.test')
      await name('now@example.test')
      return [
        await mail(client, 'before@example.test'),
        await mail(client, 'now@example.test'),
        await mail(client, strangers),
      ]
    })
    expect(contact).toEqual(['done', 'done', 'outbox_recipient'])
    // Of a person the provider's staff may write to, and nobody else may.
    const [known] = await world.sql<{ email: string }>('select email from person where id = $1', [
      scene.stranger,
    ])
    const toKnown = (side: 'partner' | 'tenant' | 'provider') =>
      asSide({ world, side, scene }, (client) => mail(client, known?.email ?? ''))
    expect([await toKnown('partner'), await toKnown('tenant'), await toKnown('provider')]).toEqual([
      'outbox_recipient',
      'outbox_recipient',
      'done',
    ])
  })

  test('that are mails are letters, also where a function with more rights writes them: short, with a subject of one line (access.md section 8)', async () => {
    const outcomes = await asSide({ world, side: 'tenant', scene }, async (client) => {
      const ask = (subject: string | null, body: string | null) =>
        attempt(client, 'select access.ask_tenant_admins($1, $2)', [subject, body])
      return [
        await ask('Please look', 'x'.repeat(90_000)),
        await ask('Please look', 'x'.repeat(100_000)),
        await ask('Please look\r\nBcc: stranger@example.test', 'x'),
        await ask('x'.repeat(501), 'x'),
        await ask(null, 'x'),
        await ask('Please look', null),
      ]
    })
    expect(outcomes).toEqual([
      'done',
      'outbox_mail_size',
      'outbox_mail_form',
      'outbox_mail_form',
      'outbox_mail_form',
      'outbox_mail_form',
    ])
  })
})

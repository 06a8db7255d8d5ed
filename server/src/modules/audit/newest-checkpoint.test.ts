import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeWebhookRoutes } from '#modules/webhooks/index.ts'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { readConfig } from '#platform/config.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { makeLogVerifier } from '#platform/signed-log/index.ts'
import { sealAll } from '#testing/sealing.ts'
import { people } from '#testing/shop.ts'
import { makeEndpoint, ownerOf, pump, TENANT_ENDPOINTS, verify, webhooksOf } from '#testing/webhook-acts.ts'
import type { MadeEndpoint } from '#testing/webhook-acts.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { readNotes } from './checkpoint-file.ts'
import { makeAuditKey, makeAuditRoutes, startSealer, tellNewestCheckpoint } from './index.ts'
import type { Sealer } from './index.ts'

const PARTNER = '/api/v1/partner/audit/checkpoint'
const TENANT = '/api/v1/tenant/partner-access/activity/checkpoint'
const ORIGIN = readConfig({}).auditOrigin

let world: TestWorld
let receiver: WebhookReceiver
let webhooks: Deliverer
let folder: string
let sealer: Sealer
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [...makeAuditRoutes(services), ...makeWebhookRoutes(services)],
    { isDemo: true },
  )
  receiver = await WebhookReceiver.start()
  webhooks = webhooksOf(world)
  folder = await mkdtemp(join(tmpdir(), 'liaison-checkpoint-'))
})
beforeEach(() => {
  receiver.received.length = 0
})
afterAll(async () => {
  await sealer.stop()
  await webhooks.stop()
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const file = () => join(folder, 'audit-checkpoints.txt')
const key = () => makeAuditKey(makeVault(TEST_SECRET_KEY), ORIGIN)

async function seal(): Promise<string> {
  await world.sql(
    `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.one', 'allowed', 'system', 'job')`,
  )
  sealer ??= await startSealer({
    database: world.database,
    key: key(),
    checkpointFile: file(),
    intervalMs: 3_600_000,
  })
  await sealAll(sealer)
  return (await readNotes(file())).at(-1) ?? ''
}

const listen = (caller: Caller, name: string, eventTypes: readonly string[], path?: string) =>
  makeEndpoint(world, caller, {
    url: receiver.url.replace('/hook', `/${name}`),
    eventTypes,
    ...(path && { path }),
  })

const heard = (name: string, { secret }: MadeEndpoint) =>
  receiver.received.filter(({ path }) => path === `/${name}`).map((message) => verify(message, secret))

test('nothing was sealed: there is no checkpoint to read, and none is told (R4)', async () => {
  const owner = await ownerOf(world, await world.partner('Northwind'))
  const answer = await world.call(owner, 'GET', PARTNER)
  expect([answer.statusCode, answer.json()]).toEqual([200, { checkpoint: null }])
  await tellNewestCheckpoint(world.database)
  expect(await world.sql(`select from outbox where topic = 'audit.checkpoint'`)).toEqual([])
})

test('partners and organisations that chose it are told the newest checkpoint as the file has it, once, and nobody else is (R4)', async () => {
  const tenant = await world.tenant('Acme')
  const partner = await listen(await ownerOf(world, await world.partner('Fjord')), 'partner', [
    'audit.checkpoint',
  ])
  const own = await listen(
    await people.tenant(world, tenant),
    'tenant',
    ['audit.checkpoint'],
    TENANT_ENDPOINTS,
  )
  await listen(await ownerOf(world, await world.partner('Quiet')), 'quiet', ['alert.raised'])
  const note = await seal()
  await Promise.all([tellNewestCheckpoint(world.database), tellNewestCheckpoint(world.database)])
  await pump(world, webhooks)
  await tellNewestCheckpoint(world.database)
  await pump(world, webhooks)
  expect(receiver.received.map(({ path }) => path).toSorted()).toEqual(['/partner', '/tenant'])
  const opened = makeLogVerifier(key().verifierKey).open(note)
  const told = { origin: ORIGIN, size: opened?.size, root: opened?.root.toString('base64'), note }
  for (const [name, endpoint] of [
    ['partner', partner],
    ['tenant', own],
  ] as const)
    expect(heard(name, endpoint)).toMatchObject([{ type: 'audit.checkpoint', data: { checkpoint: told } }])
  expect(receiver.received[0]?.body.toString()).not.toMatch(/Acme|Fjord|ten_|par_/)

  receiver.received.length = 0
  const next = await seal()
  await tellNewestCheckpoint(world.database)
  await pump(world, webhooks)
  expect(heard('tenant', own)).toMatchObject([{ data: { checkpoint: { note: next } } }])
})

test('both sides read the newest checkpoint, and reading it is an event of theirs (R4)', async () => {
  const note = await seal()
  const [partner, tenant] = [await world.partner('Alpine'), await world.tenant('Globex')]
  const [owner, admin] = [await ownerOf(world, partner), await people.tenant(world, tenant)]
  for (const [caller, path] of [
    [owner, PARTNER],
    [admin, TENANT],
  ] as const) {
    const answer = await world.call(caller, 'GET', path)
    expect(answer.json().checkpoint).toMatchObject({ origin: ORIGIN, note })
  }
  expect(
    await world.sql(
      `select action from audit_event where action like '%audit.checkpoint.read' and (partner_id = $1 or tenant_id = $2) order by action`,
      [partner, tenant],
    ),
  ).toEqual([
    { action: 'partner_org.audit.checkpoint.read' },
    { action: 'tenant.partner_access.audit.checkpoint.read' },
  ])
})

test('who may not read the log reads no checkpoint, and no login of theirs reads the table (R1, R4)', async () => {
  const staff = await world.person()
  await world.partnerMember(await world.partner('Basin'), staff.id, 'PARTNER_STAFF')
  expect((await world.call(await world.signIn(staff.id), 'GET', PARTNER)).statusCode).toBe(403)
  expect((await world.call({ cookie: null }, 'GET', TENANT)).statusCode).toBe(401)
  for (const login of ['liaison_tenant', 'liaison_program', 'liaison_job'] as const)
    await expect(world.database.pool(login).query('select note from audit_checkpoint')).rejects.toMatchObject(
      {
        code: '42501',
      },
    )
  await expect(
    world.database.pool('liaison_tenant').query(`select access.checkpoint_webhook_audience('{}')`),
  ).rejects.toMatchObject({ code: '42501' })
})

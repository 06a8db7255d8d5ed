import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { readConfig } from '#platform/config.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { toCheckpointText } from '#platform/signed-log/index.ts'
import { sealAll } from '#testing/sealing.ts'
import { people } from '#testing/shop.ts'
import { ownerOf } from '#testing/webhook-acts.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAuditKey, makeAuditRoutes, startSealer } from './index.ts'
import type { Sealer } from './index.ts'
import { verifyProof } from './offline-verify.ts'
import { checkAnyProof } from './proof-check.ts'

const KEY = makeAuditKey(makeVault(TEST_SECRET_KEY), readConfig({}).auditOrigin)
const THIEF = makeAuditKey(makeVault('somebody else'), readConfig({}).auditOrigin)
const PARTNER = '/api/v1/partner/audit'
const TENANT = '/api/v1/tenant/partner-access/activity'

let world: TestWorld
let folder: string
let sealer: Sealer
let own: Awaited<ReturnType<typeof makeSides>>

async function makeSides() {
  const [partner, otherPartner] = [await world.partner('Northwind'), await world.partner('Southbank')]
  const [tenant, other] = [await world.tenant('Acme'), await world.tenant('Globex')]
  return {
    partner,
    tenant,
    other,
    owner: await ownerOf(world, partner),
    stranger: await ownerOf(world, otherPartner),
    admin: await people.tenant(world, tenant),
    otherAdmin: await people.tenant(world, other),
  }
}

beforeAll(async () => {
  world = await TestWorld.start((services) => makeAuditRoutes(services))
  folder = await mkdtemp(join(tmpdir(), 'liaison-own-proof-'))
  sealer = await startSealer({
    database: world.database,
    key: KEY,
    checkpointFile: join(folder, 'checkpoints.txt'),
    intervalMs: 3_600_000,
  })
  own = await makeSides()
})
afterAll(async () => {
  await sealer.stop()
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

type Scope = readonly [kind: 'tenant' | 'partner', id: string, rows?: number]

/** An event of the partner's people, with everybody that reads it. */
async function write(
  scopes: readonly Scope[],
  told: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const of = {
    plane: 'delegation',
    partner_id: own.partner,
    tenant_id: null,
    reason: null,
    row_count: null,
    ...told,
  }
  const [row] = await world.sql<{ id: string }>(
    `with told as (
       insert into audit_event (plane, action, outcome, actor_type, actor_name, partner_id, tenant_id, reason, row_count, changes, ip, source)
       values ($1, 'support.tickets.update', 'allowed', 'person', 'Ana "Ñ" Ruiz', $2, $3, $4, $5, '{"state": {"after": "€ 1.50"}}', '192.0.2.7', 'api')
       returning id, occurred_at)
     insert into audit_scope (kind, scope_id, row_count, occurred_at, event_id)
     select s.kind, s.id, s.rows, told.occurred_at, told.id from told, jsonb_to_recordset($6) s(kind text, id uuid, rows bigint) returning event_id as id`,
    [
      of.plane,
      of.partner_id,
      of.tenant_id,
      of.reason,
      of.row_count,
      JSON.stringify(scopes.map(([kind, id, rows]) => ({ kind, id, rows }))),
    ],
  )
  return publicIdOf('audit_event', row?.id ?? '')
}

const both = (told?: Readonly<Record<string, unknown>>) =>
  write(
    [
      ['partner', own.partner],
      ['tenant', own.tenant],
    ],
    { tenant_id: own.tenant, ...told },
  )

interface Proof {
  readonly event: Record<string, unknown> | null
  readonly personal: { readonly text: string } | null
  readonly leaf: string
  readonly index: number
  readonly size: number
  readonly path: readonly string[]
  readonly checkpoint: string
}

const ask = (caller: Caller, base: string, rest: string) => world.call(caller, 'GET', `${base}/${rest}`)

async function prove(caller: Caller, base: string, event: string): Promise<Proof> {
  const answer = await ask(caller, base, `events/${event}/proof`)
  expect({ status: answer.statusCode, body: answer.body }).toMatchObject({ status: 200 })
  return answer.json()
}

/** What both verifiers say: the product's own, and the one file that needs nothing. */
function faultsOf(proof: unknown, key = KEY.verifierKey): (string | null)[] {
  return [checkAnyProof(proof, key).fault, verifyProof(JSON.stringify(proof), key)]
}

describe('a proof of an event of the own log (R4)', () => {
  test('both sides take it, it holds offline, and nothing in it can be altered', async () => {
    const event = await both()
    await sealAll(sealer)
    for (const [caller, base] of [
      [own.owner, PARTNER],
      [own.admin, TENANT],
    ] as const) {
      const proof = await prove(caller, base, event)
      expect(faultsOf(proof)).toEqual([null, null])
      expect(proof.event).toMatchObject({ action: 'support.tickets.update', tenant_id: own.tenant })
      expect(proof.personal?.text).toContain('Ana')
      const altered = [
        { ...proof, event: { ...proof.event, outcome: 'denied' } },
        { ...proof, leaf: proof.path[0] ?? '' },
        { ...proof, event: null, leaf: proof.path[0] ?? '', personal: null },
        { ...proof, personal: { ...proof.personal, text: proof.personal?.text.replace('Ana', 'Eva') } },
        { ...proof, index: proof.index === 0 ? 1 : proof.index - 1 },
        { ...proof, path: proof.path.slice(1) },
        { ...proof, size: proof.size + 1 },
        { ...proof, checkpoint: proof.checkpoint.replace(`\n${proof.size}\n`, `\n${proof.size + 1}\n`) },
      ]
      for (const one of altered) expect(faultsOf(one)).toEqual([expect.any(String), expect.any(String)])
      expect(faultsOf(proof, THIEF.verifierKey)).toEqual([expect.any(String), expect.any(String)])
    }
  })

  test('the file that needs nothing but Node says whether a proof holds', async () => {
    const event = await both()
    await sealAll(sealer)
    const proof = await prove(own.admin, TENANT, event)
    const run = async (value: unknown) => {
      const path = join(folder, 'proof.json')
      await writeFile(path, JSON.stringify(value))
      const file = fileURLToPath(new URL('offline-verify.ts', import.meta.url))
      const args = ['--experimental-strip-types', '--no-warnings', file, path, KEY.verifierKey]
      const done = await promisify(execFile)(process.execPath, args).catch((error: unknown) => error)
      return JSON.parse(String(Reflect.get(Object(done), 'stdout'))) as unknown
    }
    expect(await run(proof)).toEqual({ ok: true })
    expect(await run({ ...proof, event: { ...proof.event, outcome: 'error' } })).toMatchObject({ ok: false })
  })

  test('an event that waits for its seal is answered with when to ask again', async () => {
    const event = await both()
    const answer = await ask(own.admin, TENANT, `events/${event}/proof`)
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'AUDIT_PROOF_NOT_READY'])
    expect(answer.headers['retry-after']).toBe('5')
  })

  test("another organisation's event is as if it did not exist, for both sides", async () => {
    const event = await both()
    await sealAll(sealer)
    const nowhere = publicIdOf('audit_event', '01900000-0000-7000-8000-000000000000')
    for (const [caller, base] of [
      [own.stranger, PARTNER],
      [own.otherAdmin, TENANT],
    ] as const) {
      const shapes = []
      for (const id of [event, nowhere]) {
        const answer = await ask(caller, base, `events/${id}/proof`)
        const { request_id: _, timestamp: __, instance: ___, ...shape } = answer.json()
        shapes.push({ status: answer.statusCode, ...shape })
      }
      expect(shapes[0]).toMatchObject({ status: 404, code: 'AUDIT_EVENT_NOT_FOUND' })
      expect(shapes[1]).toEqual(shapes[0])
    }
  })

  test('it is taken under a checkpoint that was kept, if that one covers the event', async () => {
    const early = await both()
    await sealAll(sealer)
    const { size } = await prove(own.admin, TENANT, early)
    const late = await both()
    await sealAll(sealer)
    const { size: newest } = await prove(own.admin, TENANT, late)
    const answer = await ask(own.admin, TENANT, `events/${early}/proof?size=${newest}`)
    expect(answer.json()).toMatchObject({ size: newest })
    expect(faultsOf(answer.json())).toEqual([null, null])
    for (const wrong of [`events/${late}/proof?size=${size}`, `events/${early}/proof?size=${newest + 9999}`])
      expect((await ask(own.admin, TENANT, wrong)).json().code).toBe('AUDIT_CHECKPOINT_NOT_FOUND')
  })

  test('taking it needs the right to read the log, and is an event of the organisation', async () => {
    const event = await both()
    await sealAll(sealer)
    const staff = await world.person()
    await world.partnerMember(own.partner, staff.id, 'PARTNER_STAFF')
    expect((await ask(await world.signIn(staff.id), PARTNER, `events/${event}/proof`)).statusCode).toBe(403)
    expect((await ask({ cookie: null }, TENANT, `events/${event}/proof`)).statusCode).toBe(401)
    expect(
      await world.sql(
        `select distinct action from audit_event where action like '%.audit.prove' and (partner_id = $1 or tenant_id = $2) order by action`,
        [own.partner, own.tenant],
      ),
    ).toEqual([{ action: 'partner_org.audit.prove' }, { action: 'tenant.partner_access.audit.prove' }])
  })
})

describe('a proof tells each side no more than its log (I2, R4)', () => {
  test('an event of several tenants is proved to each of them by its hash, and to the partner that acted whole', async () => {
    const event = await write(
      [
        ['partner', own.partner, 12],
        ['tenant', own.tenant, 5],
        ['tenant', own.other, 7],
      ],
      { row_count: 12 },
    )
    await sealAll(sealer)
    const proof = await prove(own.admin, TENANT, event)
    expect([proof.event, proof.personal]).toEqual([null, null])
    expect(JSON.stringify(proof)).not.toContain(own.other)
    expect(faultsOf(proof)).toEqual([null, null])
    expect(checkAnyProof(proof, KEY.verifierKey).leavesOpen).toContain('not what it says')
    const whole = await prove(own.owner, PARTNER, event)
    expect(whole).toMatchObject({ leaf: proof.leaf, event: { row_count: 12 } })
    expect(faultsOf(whole)).toEqual([null, null])
  })

  test('a tenant that was merely made a reader is not told to the partner', async () => {
    const event = await write([
      ['partner', own.partner],
      ['tenant', own.other],
    ])
    await sealAll(sealer)
    const proof = await prove(own.owner, PARTNER, event)
    expect(proof.event).toBeNull()
    expect(JSON.stringify(proof)).not.toContain(own.other)
    expect((await prove(own.otherAdmin, TENANT, event)).event).not.toBeNull()
  })

  test('the reason stays with the side that gave it', async () => {
    const event = await both({ reason: 'a private note' })
    await sealAll(sealer)
    const theirs = await prove(own.admin, TENANT, event)
    expect(theirs.personal).toBeNull()
    expect(JSON.stringify(theirs)).not.toContain('private note')
    expect(faultsOf(theirs)).toEqual([null, null])
    expect(JSON.stringify(await prove(own.owner, PARTNER, event))).toContain('a private note')
    expect(JSON.stringify(theirs)).not.toContain('192.0.2.7')
  })

  test('in the database: no login reads an event of another organisation, nor anything but hashes without one (I2)', async () => {
    const event = await both()
    const [row] = await world.sql<{ id: string }>(
      'select id from audit_event order by occurred_at desc limit 1',
    )
    expect(event).not.toBe('')
    for (const login of LOGINS) {
      for (const text of [
        `select * from audit.own_sealed_event('${row?.id ?? ''}')`,
        `select * from audit.tree_hashes('{0}', '{0}', '{1}')`,
        `select * from audit.proving_checkpoint(0, null)`,
        `select hash from audit_node`,
      ]) {
        const seen = await world.sqlAs(login, text).then(
          (rows) => rows.length,
          (error: unknown) => String(error),
        )
        expect(seen === 0 || /permission denied/.test(String(seen)), `${login} ${text} ${seen}`).toBe(true)
      }
    }
  })
})

describe('a proof that the log only grew (R4)', () => {
  const sizes = async () =>
    (await world.sql<{ size: string }>('select size from audit_checkpoint order by size')).map(({ size }) =>
      Number(size),
    )

  test('between any two checkpoints both sides take it, it holds offline, and not when it was altered', async () => {
    await both()
    await sealAll(sealer)
    const known = await sizes()
    const last = known.at(-1) ?? 0
    for (const from of known) {
      for (const [caller, base] of [
        [own.owner, PARTNER],
        [own.admin, TENANT],
      ] as const) {
        const answer = await ask(caller, base, `consistency?from=${from}&to=${last}`)
        const proof = answer.json()
        expect([answer.statusCode, ...faultsOf(proof)]).toEqual([200, null, null])
        const turned = { ...proof, from: proof.to, to: proof.from }
        if (from === last) continue
        expect(faultsOf(turned)).toEqual([expect.any(String), expect.any(String)])
        // A signature of the log's own key over another root: what a log that was rewritten would have to show.
        const text = toCheckpointText({ origin: KEY.name, size: from, root: randomBytes(32) })
        const rewritten = { ...proof, from: { size: from, checkpoint: KEY.sign(text) } }
        expect(faultsOf(rewritten)).toEqual([expect.any(String), expect.any(String)])
        expect(faultsOf({ ...proof, path: [...proof.path, proof.path[0]] })).toEqual([
          expect.any(String),
          expect.any(String),
        ])
      }
    }
    expect((await ask(own.admin, TENANT, `consistency?from=${known[0]}`)).json().to.size).toBe(last)
  })

  test('a checkpoint that the log does not have is no beginning of anything', async () => {
    const [first = 0] = await sizes()
    for (const query of [`from=${first + 100_000}`, `from=${first}&to=${first + 100_000}`]) {
      const answer = await ask(own.owner, PARTNER, `consistency?${query}`)
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'AUDIT_CHECKPOINT_NOT_FOUND'])
    }
    expect((await ask(own.owner, PARTNER, `consistency?from=9&to=2`)).statusCode).toBe(422)
  })
})

test('in a log of many events a proof is made of kept nodes, also in one from before there were any (R4)', async () => {
  await world.sql(
    `insert into audit_event (plane, action, outcome, actor_type, source) select 'system', 'test.many', 'allowed', 'system', 'job' from generate_series(1, 1500)`,
  )
  await sealAll(sealer)
  const before = await prove(own.admin, TENANT, await sealed())
  expect(faultsOf(before)).toEqual([null, null])
  const count = async () =>
    Number((await world.sql<{ n: string }>('select count(*) as n from audit_node'))[0]?.n)
  expect(await count()).toBe(Math.floor(before.size / 256))
  await world.sql(`set session_replication_role = replica; delete from audit_node`)
  await world.sql(`set session_replication_role = origin`)
  const [first] = await world.sql<{ size: string }>('select min(size) as size from audit_checkpoint')
  const grown = () => ask(own.owner, PARTNER, `consistency?from=${first?.size}`)
  expect((await grown()).json().code).toBe('AUDIT_PROOF_NOT_READY')
  await sealer.sealNow()
  expect(await count()).toBe(Math.floor(before.size / 256))
  expect(faultsOf((await grown()).json())).toEqual([null, null])

  async function sealed(): Promise<string> {
    const event = await both()
    await sealAll(sealer)
    return event
  }
})

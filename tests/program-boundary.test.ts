import { createHash } from 'node:crypto'
import { effectiveMask } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { allRoutes } from '../server/src/app.ts'
import { decodeFacts, toFacts } from '../server/src/platform/resolvers/facts.ts'
import { featuresOf } from '../server/src/platform/features.ts'
import { evidenceOf } from '../server/src/platform/route.ts'
import type { Route } from '../server/src/platform/route.ts'
import { arbitraryWorld, HEALTHY, seedWorld } from '../server/testing/drawn-worlds.ts'
import type { Drawn, Seeded } from '../server/testing/drawn-worlds.ts'
import { permissionProbes, PERMISSION_NAMES } from '../server/testing/permission-probes.ts'
import { activeAgreement } from '../server/testing/program-acts.ts'
import { assess, seedCode, seedEarning, seedReferral } from '../server/testing/risk-acts.ts'
import { TestWorld } from '../server/testing/world.ts'
import { readRoutes } from '../scripts/lib/routes.ts'
import { fillPath, UNKNOWN_UUID } from './support/walk.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...allRoutes(services, { demoSignIns: () => [] }),
    ...permissionProbes,
  ])
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

/** Worlds of every kind, and some in which access is certain. */
const drawWorlds = (seed: number): readonly Drawn[] => [
  HEALTHY,
  { ...HEALTHY, role: 'auditor', type: 'audit_only' },
  { ...HEALTHY, role: 'msp_full', overrides: [{ pattern: 'partner.billing.*', effect: 'deny', end: null }] },
  ...fc.sample(arbitraryWorld, { seed, numRuns: 6 }),
]

const PROBED = PERMISSION_NAMES.filter((_, index) => index % 5 === 0)
const hashOf = ({ caller }: Seeded) =>
  createHash('sha256')
    .update(String(caller.cookie).split('=')[1] ?? '')
    .digest('hex')

/** Everything that says what the person may do in the tenant: the kernel's mask, the row policies' and the answers over HTTP. */
async function delegatedAccess(seeded: Seeded) {
  const client = await world.database.pool('liaison_delegate').connect()
  try {
    await client.query('begin')
    const argument = {
      session_hash: hashOf(seeded),
      tenant_id: seeded.tenant,
      permission: 'partner.tenants.list',
      writes: false,
      source: 'api',
    }
    const { rows } = await client.query<{ facts: unknown }>('select access.enter_person($1) as facts', [
      argument,
    ])
    const { rows: reached } = await client.query(`select * from access.reach('ticket', 'select')`)
    const seen = await client.query('select id from ticket')
    await client.query('rollback')
    const facts = toFacts(decodeFacts(rows[0]?.facts, featuresOf(world.database)), '127.0.0.1')
    const usable = await world.sql('select mask::text as mask from access.usable_link where link_id = $1', [
      seeded.link,
    ])
    const answers: string[] = []
    for (const permission of PROBED) {
      const answer = await world.call(seeded.caller, 'GET', `/api/v1/probe/${permission}`)
      answers.push(
        `${permission} ${answer.statusCode} ${answer.statusCode === 200 ? '' : answer.json().code}`,
      )
    }
    return { mask: String(effectiveMask(facts)), usable, reached, seen: seen.rowCount, answers }
  } finally {
    client.release()
  }
}

/** Everything that the partner program can know about a tenant and its partner: agreement, code, referral, earning, warning, role. */
async function giveProgramFacts({ partner, tenant, person }: Seeded): Promise<{ referral: string }> {
  await world.seed(`update partner_member set role = 'PARTNER_OWNER' where person_id = $1`, [person])
  await activeAgreement(world, partner)
  const codeId = await seedCode(world, partner, { id: person, name: 'Somebody', email: 's@example.test' })
  const referral = await seedReferral(world, { partner, codeId }, tenant)
  await seedEarning(world, referral)
  await assess(world, { partner, codeId }, tenant, { contactEmail: 'x@mailinator.com' })
  return { referral }
}

const PROGRAM_READS = ['tenants', 'referrals', 'earnings', 'earnings/summary', 'codes', 'stats'] as const

/** What the program plane shows the person, whole. */
async function programView({ caller }: Seeded): Promise<string[]> {
  const answers: string[] = []
  for (const name of PROGRAM_READS) {
    const answer = await world.call({ cookie: caller.cookie }, 'GET', `/api/v1/program/${name}`)
    const { request_id: _id, timestamp: _at, explain_id: _why, ...body } = answer.json()
    answers.push(`${name} ${answer.statusCode} ${JSON.stringify(body)}`)
  }
  return answers
}

async function endLink({ link, tenant }: Seeded): Promise<void> {
  await world.seed(
    `update delegation set status = 'revoked', status_changed_by_side = 'tenant' where id = $1`,
    [link],
    tenant,
  )
}

describe('program facts and delegations know nothing of each other (D2)', () => {
  test('in every drawn world, agreement, code, referral, earning, warning and role change no decision about the tenant', async () => {
    let allowed = 0
    for (const drawn of drawWorlds(2611)) {
      const seeded = await seedWorld(world, drawn)
      const without = await delegatedAccess(seeded)
      await giveProgramFacts(seeded)
      expect(await delegatedAccess(seeded), JSON.stringify(drawn)).toEqual(without)
      if (without.mask !== '0') allowed += 1
    }
    expect(allowed).toBeGreaterThan(2)
  }, 60_000)

  test('in every drawn world, what the program shows is the same with the link, after it ended, and without any', async () => {
    let shown = 0
    for (const drawn of drawWorlds(2612)) {
      const seeded = await seedWorld(world, drawn)
      await giveProgramFacts(seeded)
      const before = await programView(seeded)
      if (drawn.status !== 'revoked') await endLink(seeded)
      expect(await programView(seeded), JSON.stringify(drawn)).toEqual(before)
      if (before[0]?.startsWith('tenants 200')) shown += 1
    }
    expect(shown).toBeGreaterThan(3)
  }, 60_000)

  test('ending the link stops work in the tenant and leaves the referral; voiding the referral leaves work as it is', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const { referral } = await giveProgramFacts(seeded)
    const before = await delegatedAccess(seeded)
    const [row] = await world.sql<{ event: string }>(
      'select billing_event_id as event from earning where referral_id = $1',
      [referral],
    )
    await world.seed(
      `update referral set voided_at = now(), voided_by_name = 'Test', void_reason = 'Test' where id = $1`,
      [referral],
      seeded.tenant,
    )
    expect(await delegatedAccess(seeded)).toEqual(before)
    const money = await world.sql('select amount_minor, state from earning where referral_id = $1', [
      referral,
    ])
    await endLink(seeded)
    const after = await delegatedAccess(seeded)
    expect(after.answers.every((answer) => answer.includes('TENANT_LINK_REVOKED'))).toBe(true)
    expect(after.seen).toBe(0)
    expect(
      await world.sql('select amount_minor, state from earning where referral_id = $1', [referral]),
    ).toEqual(money)
    expect(row?.event).toBeDefined()
  })

  test('one person with both hats sees tickets with a tenant named and seven fields without', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    await giveProgramFacts(seeded)
    const acting = await world.call(seeded.caller, 'GET', '/api/v1/partner/support/tickets')
    expect(acting.statusCode).toBe(200)
    const program = await world.call({ cookie: seeded.caller.cookie }, 'GET', '/api/v1/program/tenants')
    expect(program.statusCode).toBe(200)
    expect(program.json().items.map((item: object) => Object.keys(item).toSorted())).toEqual([SEVEN])
  })
})

const SEVEN = ['monthly_revenue', 'name', 'signed_up_at', 'slug', 'status', 'subscription_tier', 'tenant_id']

/** Names of the other fields of the view: an object that holds them beside a tenant's id is another view of it. */
const OF_SEVEN =
  /^(slug|signed_up_at|subscription_tier|monthly_revenue|domain|plan_type|contact|address|users?)$/

const isOfProgram = ({ path }: Route) =>
  path.startsWith('/api/v1/program/') || path.startsWith('/api/v1/partners/')

test('no route of the partner program is carried out for a request that names a tenant in its header (D2)', async () => {
  const seeded = await seedWorld(world, HEALTHY)
  await giveProgramFacts(seeded)
  const routes = readRoutes().filter(
    (route) => route.answers === 'json' && evidenceOf(route.access) === 'program' && isOfProgram(route),
  )
  expect(routes.length).toBeGreaterThan(20)
  const wrong: string[] = []
  for (const route of routes) {
    const path = fillPath(route, { tenant: UNKNOWN_UUID })
    const answer = await world.call(
      seeded.caller,
      route.method,
      path,
      route.method === 'GET' ? {} : { body: {}, headers: { 'if-match': '"v1"' } },
    )
    const code = `${answer.statusCode} ${answer.json().code}`
    // Whether or not the input is understood: it is judged once it is known who asks and where.
    if (code !== '400 TENANT_CONTEXT_MISMATCH') wrong.push(`${route.method} ${route.path} ${code}`)
  }
  expect(wrong).toEqual([])
})

/** Two of the seven fields under longer names, by which a line says whom it is about. */
const NAMING = new Set(['tenant_id', 'tenant_name'])

/** Where an object of a response says something about a tenant that is not one of the seven fields. */
function findMentions(schema: unknown, place: string, found: string[]): void {
  if (typeof schema !== 'object' || schema === null) return
  if (Array.isArray(schema)) {
    for (const [index, part] of schema.entries()) findMentions(part, `${place}/${index}`, found)
    return
  }
  const properties =
    'properties' in schema && typeof schema.properties === 'object' ? schema.properties : null
  if (properties !== null) {
    const names = Object.keys(properties).toSorted()
    const isSeven = JSON.stringify(names) === JSON.stringify(SEVEN)
    const mentions = names.filter(
      (name) => /^(tenant|customer|organisation)(_|$)/.test(name) && name !== 'tenant',
    )
    const isNamed = mentions.every((name) => NAMING.has(name)) && !names.some((name) => OF_SEVEN.test(name))
    if (!isSeven && mentions.length > 0 && !isNamed) found.push(`${place} ${mentions.join(',')}`)
  }
  for (const [name, part] of Object.entries(schema)) findMentions(part, `${place}/${name}`, found)
}

describe('the contract', () => {
  test('no response of the partner program says more of a tenant than the seven fields (D2)', () => {
    const found: string[] = []
    for (const route of readRoutes().filter((each) => each.answers === 'json' && isOfProgram(each))) {
      for (const schema of Object.values(route.responses))
        if (schema)
          findMentions(
            z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
            `${route.method} ${route.path}`,
            found,
          )
    }
    expect(found).toEqual([])
  })

  test('the look finds a further field: an eighth one, and one beside the name of a tenant', () => {
    const found: string[] = []
    const seven = Object.fromEntries(SEVEN.map((name) => [name, z.string()]))
    findMentions(z.toJSONSchema(z.strictObject({ tenant: z.strictObject(seven) })), 'fine', found)
    findMentions(z.toJSONSchema(z.strictObject({ ...seven, domain: z.string() })), 'eighth', found)
    findMentions(z.toJSONSchema(z.strictObject({ tenant_name: z.string(), amount: z.int() })), 'named', found)
    findMentions(
      z.toJSONSchema(z.strictObject({ tenant_name: z.string(), tenant_email: z.string() })),
      'beside',
      found,
    )
    expect(found).toEqual(['eighth tenant_id', 'beside tenant_email,tenant_name'])
  })
})

describe('the catalogue', () => {
  test('the login of the partner program may ask only for what both sides, or the partner, own: each such relation is listed (D2)', async () => {
    const owned = await world.sql<{ name: string; columns: string[] }>(
      `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relkind in ('r', 'p', 'v') and (c.relname = 'tenant' or c.oid in (select attrelid from pg_attribute where attname = 'tenant_id'))
         and has_any_column_privilege('liaison_program', c.oid, 'select, insert, update')
       group by 1 order by 1`,
    )
    expect(owned.map(({ name }) => name)).toEqual(SHARED_WITH_PARTNERS)
    expect(owned.find(({ name }) => name === 'partner_visible_tenant')?.columns.toSorted()).toEqual(SEVEN)
  })

  test('asking the view for one column more fails before anything is read (D2)', async () => {
    await expect(world.sqlAs('liaison_program', 'select domain from partner_visible_tenant')).rejects.toThrow(
      /does not exist/,
    )
    for (const column of ['domain', 'contact', 'plan_type', 'current_mrr_minor', 'status'])
      await expect(world.sqlAs('liaison_program', `select ${column} from tenant`), column).rejects.toThrow(
        /permission denied/,
      )
  })
})

/** What carries a tenant's id and belongs to both sides, or to the partner: delegations and their history, and referrals. */
const SHARED_WITH_PARTNERS: readonly string[] = [
  'access_explanation',
  'access_freeze',
  'alert',
  'api_client',
  'assisted_access',
  'audit_event',
  'commercial_relationship',
  'consent',
  'consent_ask',
  'consent_overview',
  'delegation',
  'delegation_account',
  'delegation_history',
  'elevation_overview',
  'export',
  'link',
  'link_calendar',
  'link_change_request',
  'link_elevation',
  'link_list_of_partner',
  'link_member',
  'link_news',
  'link_override',
  'link_overview',
  'partner_account',
  'partner_home',
  'partner_home_overview',
  'partner_visible_tenant',
  'referral',
  'referral_block',
  'resale',
  'resale_overview',
  // A tenant of made-up data that the partner opened itself, and nobody else lives in.
  'sandbox_tenant',
  // The name of an organisation that let the partner in: three columns, of those alone.
  'tenant',
  'tenant_group_entry',
  'tenant_of_group',
  'tenant_pin',
  'webhook_endpoint',
]

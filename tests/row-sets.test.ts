import { createHash } from 'node:crypto'
import type { LinkRole, PartnerId, PermissionOf, TenantId } from '@liaison/access'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { oracleCode } from '../access/src/testing/oracle.ts'
import { featuresOf } from '../server/src/platform/features.ts'
import { decodeFacts, toFacts } from '../server/src/platform/resolvers/facts.ts'
import { arbitraryWorld, HEALTHY, seedDrawnLink, seedFreeze } from '../server/testing/drawn-worlds.ts'
import { TestWorld } from '../server/testing/world.ts'
import { attempts, patience, sized, tellFigures } from './support/figures.ts'

const TENANTS = 24
const PARTNERS = 25
/** Of each relation in each tenant. */
const ROWS = sized(350, 2000)
const ROUNDS = attempts(1, 2)
const LONG_MS = patience(240_000)
const FULL_ROLES: ReadonlySet<LinkRole> = new Set(['msp_full', 'enterprise_hq'])

type Permission = PermissionOf<'delegation'>

/** Any of these opens rows of a relation, together with the permission of the route (access.md section 4). */
const OPENING = {
  invoice: [
    'partner.billing.read',
    'partner.billing.summary.read',
    'partner.billing.invoices.read',
    'partner.reports.revenue.read',
  ],
  payment: ['partner.billing.payments.read'],
  subscriber: [
    'partner.tenants.read',
    'partner.provisioning.subscribers.list',
    'partner.provisioning.subscribers.read',
  ],
  ticket: ['partner.support.tickets.list', 'partner.support.tickets.read'],
} as const satisfies Readonly<Record<string, readonly Permission[]>>
type Relation = keyof typeof OPENING

/** What is read, and under which permission of a route. */
const QUESTIONS = [
  ['invoice', 'partner.billing.invoices.read'],
  ['invoice', 'partner.billing.invoices.export'],
  ['payment', 'partner.billing.payments.read'],
  ['subscriber', 'partner.provisioning.subscribers.list'],
  ['ticket', 'partner.support.tickets.list'],
  ['ticket', 'partner.support.tickets.create'],
] as const satisfies readonly (readonly [Relation, Permission])[]
type Asked = (typeof QUESTIONS)[number]

/** Drawn links without what only a call itself fulfils, of which the database knows nothing. */
const arbitraryLink = arbitraryWorld.map((drawn) => ({
  ...drawn,
  conditions: 'elevation_required' in drawn.conditions ? drawn.conditions : {},
}))
/** Such links in which only the terms may stand against the person. */
const arbitraryTerms = arbitraryLink.map((drawn) => ({
  ...drawn,
  status: 'active' as const,
  startsIn: -10 as const,
  endsIn: 10 as const,
  assignment: { role: drawn.assignment?.role ?? null, endsIn: null },
  freeze: null,
}))
/** Such links that say no more than a role. */
const arbitraryRole = arbitraryLink.map(({ role, type }) => ({ ...HEALTHY, role, type, conditions: {} }))
/** The first nine times in ten: what stands against a partner as a whole leaves nothing else to decide. */
function mostly<Usual, Other>(usual: Usual, ...others: readonly Other[]): fc.Arbitrary<Usual | Other> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )
}
const arbitraryPartner = fc.record({
  links: fc.array(
    fc.tuple(fc.nat(TENANTS - 1), fc.oneof(arbitraryLink, arbitraryTerms, arbitraryRole, arbitraryRole)),
    {
      minLength: 6,
      maxLength: 12,
    },
  ),
  status: mostly('active', 'suspended'),
  memberStatus: mostly('active', 'inactive'),
  freeze: mostly(null, 'partner' as const, 'person' as const),
})
type DrawnPartner = typeof arbitraryPartner extends fc.Arbitrary<infer Made> ? Made : never

/** Somebody of a partner, and the tenants that it has links with, in whatever state. */
interface Reader {
  readonly session: string
  readonly linked: readonly TenantId[]
}

let world: TestWorld
let client: pg.Client
const tenants: TenantId[] = []
/** Where some partner has full access already: a tenant gives it to one. */
const givenFull = new Set<TenantId>()
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  client = new pg.Client({ ...world.connection })
  await client.connect()
  for (let index = 0; index < TENANTS; index += 1) tenants.push(await world.tenant(`T${index}`))
  await fill()
  for (const [index, status] of ['suspended', 'closed', 'trial'].entries())
    await world.seed('update tenant set status = $2 where id = $1', [tenants[index], status], tenants[index])
}, LONG_MS)
afterAll(async () => {
  await client.end()
  await world[Symbol.asyncDispose]()
})

/** The same number of rows of each relation in each tenant. */
async function fill(): Promise<void> {
  await client.query(`
    set session_replication_role = replica;
    insert into billing_account (tenant_id, ban, name, currency) select id, 'BAN-1', 'Main', 'EUR' from tenant;
    insert into invoice (tenant_id, billing_account_id, number, issued_on, due_on, status, currency, subtotal_minor, total_minor)
      select a.tenant_id, a.id, 'INV-' || n, current_date, current_date, 'finalized', 'EUR', 100, 100 from billing_account a, generate_series(1, ${ROWS}) n;
    insert into payment (tenant_id, invoice_id, amount_minor, currency, received_at) select tenant_id, id, 100, 'EUR', now() from invoice;
    insert into subscriber (tenant_id, name, status) select t.id, 'S' || n, 'active' from tenant t, generate_series(1, ${ROWS}) n;
    insert into ticket (tenant_id, number, subject) select t.id, 'T-' || n, 'No signal' from tenant t, generate_series(1, ${ROWS}) n;
    set session_replication_role = origin;
    analyze invoice, payment, subscriber, ticket`)
}

async function seedReader(drawn: DrawnPartner): Promise<Reader> {
  const [partner, person]: [PartnerId, Awaited<ReturnType<TestWorld['person']>>] = [
    await world.partner('P'),
    await world.person(),
  ]
  const member = await world.partnerMember(partner, person.id)
  const links = new Map(drawn.links)
  for (const [index, terms] of links) {
    const tenant = tenants[index]
    if (!tenant) continue
    const role = FULL_ROLES.has(terms.role) && givenFull.has(tenant) ? 'msp_support' : terms.role
    if (FULL_ROLES.has(role)) givenFull.add(tenant)
    const link = await seedDrawnLink(world, { ...terms, role }, { partner, member, tenant })
    const scope = terms.freeze === 'delegation' || terms.freeze === 'partner in tenant' ? terms.freeze : null
    if (scope)
      await seedFreeze(
        world,
        { person: person.id, partner, tenant, link, caller: { cookie: null } },
        { freeze: scope, isLifted: terms.isLifted },
      )
  }
  await world.seed('update partner set status = $2 where id = $1', [partner, drawn.status])
  await world.seed('update partner_member set status = $2 where id = $1', [member, drawn.memberStatus])
  if (drawn.freeze)
    await world.seed(
      `insert into access_freeze (scope, ${drawn.freeze}_id, set_by, set_by_name, set_by_side) values ($1, $2, $3, 'x', 'provider')`,
      [drawn.freeze, drawn.freeze === 'partner' ? partner : person.id, person.id],
    )
  const { cookie } = await world.signIn(person.id)
  return {
    session: createHash('sha256')
      .update(cookie?.split('=')[1] ?? '')
      .digest('hex'),
    linked: [...links.keys()].flatMap((index) => tenants[index] ?? []),
  }
}

async function askAs(entering: object, text: string): Promise<pg.QueryResult[]> {
  const results: unknown = await client.query(
    `begin; set local session authorization liaison_delegate;
     select access.enter_person('${JSON.stringify(entering)}') as facts; ${text}; rollback`,
  )
  return results as pg.QueryResult[]
}

/** The questions for which the second evaluator opens a tenant's rows, by the facts about this person in it. */
async function openOf({ session }: Reader, tenant: TenantId): Promise<ReadonlySet<Asked>> {
  const entering = {
    session_hash: session,
    tenant_id: tenant,
    permission: 'partner.tenants.list',
    writes: false,
    source: 'api',
  }
  const [, , entered] = await askAs(entering, 'select 1')
  const told = (entered?.rows as { facts: unknown }[] | undefined)?.[0]?.facts
  const facts = toFacts(decodeFacts(told, featuresOf(world.database)), '127.0.0.1')
  const isAllowed = (permission: Permission) => oracleCode(facts, { permission }) === 'ALLOWED'
  return new Set(
    QUESTIONS.filter(([relation, permission]) => isAllowed(permission) && OPENING[relation].some(isAllowed)),
  )
}

/** How many rows of each tenant a statement over all of them reads, acting in one tenant or across all of the partner's. */
async function rowsSeen(
  { session }: Reader,
  [relation, permission]: Asked,
  way: { readonly tenant?: TenantId; readonly writes: boolean },
): Promise<Record<string, number>> {
  const entering = {
    session_hash: session,
    ...(way.tenant && { tenant_id: way.tenant }),
    permission,
    writes: way.writes,
    source: 'api',
  }
  const [, , , seen] = await askAs(
    entering,
    `select tenant_id as tenant, count(*)::integer as rows from ${relation} group by 1`,
  )
  return Object.fromEntries(
    ((seen?.rows ?? []) as { tenant: string; rows: number }[]).map(({ tenant, rows }) => [tenant, rows]),
  )
}

interface Compared {
  /** How many rows were decided about, and how many of them were open. */
  readonly rows: number
  readonly openRows: number
  /** Of how many tenants the rows of a question were asked for by somebody with a link, and how many of those were open. */
  readonly asked: number
  readonly open: number
  readonly faults: readonly string[]
}

/** Compares what one person reads, in each way, with what the second evaluator opens. */
async function compare(reader: Reader): Promise<Compared> {
  const open = new Map<TenantId, ReadonlySet<Asked>>()
  for (const tenant of reader.linked) open.set(tenant, await openOf(reader, tenant))
  const faults: string[] = []
  let [rows, openRows] = [0, 0]
  for (const [position, asked] of QUESTIONS.entries()) {
    const [relation, permission] = asked
    for (const [index, tenant] of [undefined, ...reader.linked].entries()) {
      const seen = await rowsSeen(reader, asked, {
        ...(tenant && { tenant }),
        writes: (position + index) % 2 === 0,
      })
      const wanted = Object.fromEntries(
        (tenant ? [tenant] : reader.linked)
          .filter((one) => open.get(one)?.has(asked))
          .map((one) => [one, ROWS]),
      )
      rows += TENANTS * ROWS
      openRows += Object.keys(wanted).length * ROWS
      const isSame =
        Object.keys(seen).length === Object.keys(wanted).length &&
        Object.entries(wanted).every(([one, rows]) => seen[one] === rows)
      if (!isSame)
        faults.push(
          `${relation} under ${permission} in ${tenant ?? 'all'}: ${JSON.stringify({ seen, wanted })}`,
        )
    }
  }
  const opened = [...open.values()].reduce((sum, { size }) => sum + size, 0)
  return { rows, openRows, asked: open.size * QUESTIONS.length, open: opened, faults }
}

test(
  'every row of every tenant is read by exactly whom the second evaluator lets read it, acting in one tenant and across all (R1, R2)',
  async () => {
    const told: Compared[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const drawn of fc.sample(arbitraryPartner, { seed: 4711 + round, numRuns: PARTNERS })) {
        const one = await compare(await seedReader(drawn))
        expect(one.faults).toEqual([])
        told.push(one)
      }
    }
    const sum = (of: (one: Compared) => number) => told.reduce((all, one) => all + of(one), 0)
    // Where nearly all were closed, little would be compared.
    expect(sum(({ open }) => open) / sum(({ asked }) => asked)).toBeGreaterThan(0.1)
    tellFigures([
      { name: 'rows decided about', count: sum(({ rows }) => rows) },
      { name: 'rows open', count: sum(({ openRows }) => openRows) },
    ])
  },
  LONG_MS,
)

test(
  'a policy that lets rows through is seen',
  async () => {
    const reader = await seedReader({
      links: [[5, { ...HEALTHY, conditions: {} }]],
      status: 'active',
      memberStatus: 'active',
      freeze: null,
    })
    expect((await compare(reader)).faults).toEqual([])
    await client.query(`create policy hole on ticket for select to liaison_delegate using (true)`)
    const { faults } = await compare(reader)
    await client.query('drop policy hole on ticket')
    expect(faults.length).toBeGreaterThanOrEqual(4)
    expect(faults.filter((fault) => !fault.startsWith('ticket '))).toEqual([])
  },
  LONG_MS,
)

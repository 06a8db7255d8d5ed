import { ID_PREFIXES } from '@liaison/access'
import type { IdKind, PartnerId, PersonId, TenantId } from '@liaison/access'
import { z } from 'zod'
import { publicIdOf } from '../../server/src/platform/public-id.ts'
import { makeDice } from '../../chaos/dice.ts'
import { allRoutes } from '../../server/src/app.ts'
import type { AppOptions } from '../../server/src/app.ts'
import { evidenceOf, PATH_PARAMETER } from '../../server/src/platform/route.ts'
import type { Evidence, Route } from '../../server/src/platform/route.ts'
import { TestWorld } from '../../server/testing/world.ts'
import type { Caller } from '../../server/testing/world.ts'
import { isCampaign } from './figures.ts'

/** One tenant with a record of every kind, each carrying the tenant's marker in its text. */
export interface MarkedTenant {
  readonly id: TenantId
  readonly marker: string
  readonly ids: Readonly<Record<string, string>>
}

export interface WalkWorld {
  readonly world: TestWorld
  readonly routes: readonly Route[]
  /** The partner that stands in every relation to some tenant. */
  readonly partner: PartnerId
  readonly tenants: Readonly<
    Record<'own' | 'linked' | 'revoked' | 'expired' | 'suspended' | 'foreign', MarkedTenant>
  >
  readonly callers: Readonly<Record<string, WalkCaller>>
}

export interface WalkCaller {
  readonly caller: Caller | null
  /** Which tenants' markers this caller may be shown by any operation. */
  readonly mayName: readonly TenantId[]
}

export const UNKNOWN_UUID = '01900000-0000-7000-8000-00000000dead'

async function markTenant(world: TestWorld, name: string): Promise<MarkedTenant> {
  const marker = `${name}-marker-${Math.random().toString(36).slice(2, 8)}`
  const id = await world.tenant(marker)
  const one = async (text: string, values: unknown[]) =>
    (await world.seed<{ id: string }>(text, values, id))[0]?.id ?? ''
  const account = await one(
    `insert into billing_account (tenant_id, ban, name, currency) values ($1, $2, $3, 'USD') returning id`,
    [id, `4-${marker}`, marker],
  )
  const subscriber = await one(
    `insert into subscriber (tenant_id, name, status, city) values ($1, $2, 'active', $2) returning id`,
    [id, marker],
  )
  const invoice = await one(
    `insert into invoice (tenant_id, billing_account_id, number, subscriber_id, customer_name, issued_on, due_on, status, currency, subtotal_minor, total_minor)
     values ($1, $2, $3, $4, $3, current_date - 40, current_date - 10, 'finalized', 'USD', 1000, 1000) returning id`,
    [id, account, marker, subscriber],
  )
  const payment = await one(
    `insert into payment (tenant_id, invoice_id, amount_minor, currency, received_at, method) values ($1, $2, 100, 'USD', now(), $3) returning id`,
    [id, invoice, marker],
  )
  const client = await one(
    `insert into api_client (tenant_id, name, environment, scopes, mask, jwks, created_by, created_by_name)
     values ($1, $2, 'live', '{orders.read}', 0::bit(256), '{"keys": []}', $1, $2) returning id`,
    [id, marker],
  )
  const ticket = await one(
    `insert into ticket (tenant_id, number, subject, description) values ($1, $2, $2, $2) returning id`,
    [id, marker],
  )
  const comment = await one(
    `insert into ticket_comment (tenant_id, ticket_id, author_name, content) values ($1, $2, $3, $3) returning id`,
    [id, ticket, marker],
  )
  const dispute = await one(
    `insert into invoice_dispute (tenant_id, invoice_id, reason, explanation, amount_minor, currency, billing_party, created_by, created_by_name, created_by_partner_id, created_by_partner_name, delegation_id)
     select tenant_id, id, 'other', 'It is wrong: ' || $3, 1, currency, 'tenant', uuidv7(), $3, uuidv7(), $3, uuidv7() from invoice where tenant_id = $1 and id = $2 returning id`,
    [id, invoice, marker],
  )
  return {
    id,
    marker,
    ids: {
      tenant: id,
      api_client: client,
      billing_account: account,
      subscriber,
      invoice,
      payment,
      ticket,
      comment,
      dispute,
    },
  }
}

/** A world in which one partner and one person stand in every possible relation to some tenant. */
export async function buildWalkWorld(options: Partial<AppOptions> = {}): Promise<WalkWorld> {
  const world = await TestWorld.start((services) => allRoutes(services, { demoSignIns: () => [] }), {
    // What is looked for is what answers say; a machine that is busy may take its time.
    requestDeadlineMs: 60_000,
    ...options,
  })
  const names = ['own', 'linked', 'revoked', 'expired', 'suspended', 'foreign'] as const
  const marked = await Promise.all(names.map((name) => markTenant(world, name)))
  const [own, linked, revoked, expired, suspended, foreign] = marked
  if (!own || !linked || !revoked || !expired || !suspended || !foreign)
    throw new Error('The world is incomplete.')
  const [northwind, contoso] = [await world.partner('Northwind'), await world.partner('Contoso')]
  const people = await Promise.all(Array.from({ length: 7 }, () => world.person()))
  const [technician, unassigned, rival, admin, otherAdmin, user, staff] = people.map((person) => person.id)
  if (!technician || !unassigned || !rival || !admin || !otherAdmin || !user || !staff)
    throw new Error('The world is incomplete.')
  const member = await world.partnerMember(northwind, technician, 'PARTNER_OWNER')
  await world.partnerMember(northwind, unassigned)
  const rivalMember = await world.partnerMember(contoso, rival, 'PARTNER_OWNER')
  for (const [tenant, terms] of [
    [linked, {}],
    [revoked, { status: 'revoked' }],
    [expired, { endsAt: new Date('2020-01-01') }],
    [suspended, { status: 'suspended' }],
  ] as const) {
    await world.assign(await world.link(northwind, tenant.id, terms), member)
  }
  await world.assign(await world.link(contoso, foreign.id), rivalMember)
  await world.tenantMember(own.id, admin, 'TENANT_ADMIN')
  await world.tenantMember(foreign.id, otherAdmin, 'TENANT_ADMIN')
  await world.tenantMember(own.id, user, 'TENANT_USER')
  await world.platformAdmin(staff)
  const everyone = marked.map((tenant) => tenant.id)
  const once = [linked.id, revoked.id, expired.id, suspended.id]
  const signIn = async (person: PersonId, mayName: readonly TenantId[]): Promise<WalkCaller> => ({
    caller: await world.signIn(person, { factor: 'phishing_resistant' }),
    mayName,
  })
  return {
    world,
    routes: world.app.routes,
    partner: northwind,
    tenants: { own, linked, revoked, expired, suspended, foreign },
    callers: {
      nobody: { caller: null, mayName: [] },
      'a forged session': { caller: { cookie: '__Host-liaison=forged' }, mayName: [] },
      technician: await signIn(technician, once),
      'an unassigned colleague': await signIn(unassigned, once),
      'another partner': await signIn(rival, [foreign.id]),
      'a tenant admin': await signIn(admin, [own.id]),
      "another tenant's admin": await signIn(otherAdmin, [foreign.id]),
      'a tenant user': await signIn(user, [own.id]),
      // The platform sees metadata of tenants: their names, never their records.
      'a platform admin': await signIn(staff, everyone),
    },
  }
}

function isKind(text: string): text is IdKind {
  return Object.hasOwn(ID_PREFIXES, text)
}

/** What was read from each schema of path parameters: writing a schema out costs more than the request that it is for. */
const kindsRead = new WeakMap<z.ZodType, Record<string, IdKind | null>>()

/** Which kind of record each path parameter names, read from the route's own schema. */
export function paramKinds(route: Route): Record<string, IdKind | null> {
  const { params } = route.input
  if (!params) return {}
  const kinds = kindsRead.get(params) ?? readKinds(params)
  kindsRead.set(params, kinds)
  return kinds
}

function readKinds(params: z.ZodType): Record<string, IdKind | null> {
  const schema = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' })
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, property]) => {
      const description = typeof property === 'object' ? (property.description ?? '') : ''
      const kind = /The id of an? ([a-z ]+)\./.exec(description)?.[1]?.replaceAll(' ', '_') ?? ''
      return [name, isKind(kind) ? kind : null]
    }),
  )
}

/** The path with its parameters filled by public ids of one tenant's records, or by ids of nothing. */
export function fillPath(route: Route, ids: Readonly<Record<string, string>>): string {
  const kinds = paramKinds(route)
  return route.path.replaceAll(PATH_PARAMETER, (_, name: string) => {
    const kind = kinds[name]
    if (!kind) return 'nothing'
    return publicIdOf(kind, ids[kind] ?? UNKNOWN_UUID)
  })
}

type Standing = keyof WalkWorld['tenants']

/** One tenant of each relation that a caller has to any: its own, one of others with a link and one without. */
const ONE_OF_EACH: readonly Standing[] = ['own', 'linked', 'foreign']

/** What is shown on the evidence of a tenant, a partner or a session may depend on the tenant; elsewhere none has a part in who is let in. */
const BY_TENANT: ReadonlySet<Evidence> = new Set(['tenant', 'delegation', 'program', 'auth', 'public'])

/**
 * The tenants whose ids say something when this caller asks a route with them. Only to the technician each of them is
 * another: a link of somebody else's that has ended is to everybody else the same as one that has not. Where no tenant has a
 * part in it, and to whoever belongs to none, one that may not be shown stands for all. The campaign asks with all of them.
 */
export function tenantsToAsk(
  route: Route,
  { name, mayName }: { readonly name: string; readonly mayName: readonly TenantId[] },
  tenants: WalkWorld['tenants'],
): readonly MarkedTenant[] {
  const all = Object.values(tenants)
  if (isCampaign()) return all
  const isMember = mayName.length > 0 && mayName.length < all.length
  // The platform may name them all: what is looked for is an answer that breaks.
  if (!isMember || !BY_TENANT.has(evidenceOf(route.access)))
    return [all.find(({ id }) => !mayName.includes(id)) ?? tenants.linked]
  return name === 'technician' ? all : ONE_OF_EACH.map((standing) => tenants[standing])
}

/**
 * The bodies that tell something of a route: what its own schema refuses never comes to its code, so the first of those
 * stands for all. The campaign sends all.
 */
export async function bodiesFor<Body extends object>(
  { input }: Route,
  bodies: readonly Body[],
): Promise<readonly Body[]> {
  if (isCampaign()) return bodies
  const looks = await Promise.all(
    bodies.map(async (body) => ({ body, fits: (await input.body?.safeParseAsync(body))?.success === true })),
  )
  const refused = looks.find(({ fits }) => !fits)
  return looks.filter((look) => look.fits || look === refused).map(({ body }) => body)
}

const TAKES_HEADER: ReadonlySet<Evidence> = new Set(['tenant', 'delegation'])

/** Every different request of one caller to a route: with the records of each tenant, naming that tenant and naming none. */
export function requestsFor(
  route: Route,
  caller: Caller | null,
  tenants: readonly MarkedTenant[],
): { readonly tenantId: TenantId | null; readonly path: string }[] {
  const isHeaderRead = isCampaign() || TAKES_HEADER.has(evidenceOf(route.access))
  const requests = tenants.flatMap(({ id, ids }, index) => {
    const path = fillPath(route, ids)
    const bare = { tenantId: null, path }
    // Somebody without a sign-in is refused before any header is read; where none is, one shows that it is not.
    return caller?.cookie && (isHeaderRead || index === 0) ? [{ tenantId: id, path }, bare] : [bare]
  })
  return [...new Map(requests.map((one) => [`${one.tenantId} ${one.path}`, one])).values()]
}

const AT_ONCE = 6

/** Does the work for every item, a few at a time. */
export async function inTurns<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  const take = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, take))
}

/** The items as they are in round 0, and in an order of its own in every other one. */
export function shuffled<Item>(items: readonly Item[], round: number): readonly Item[] {
  if (round === 0) return items
  const dice = makeDice(round)
  return items
    .map((item) => ({ item, place: dice() }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ item }) => item)
}

/** What two answers say, without what differs from request to request and without the ids that were asked for. */
export function comparableAnswer(body: string): string {
  return body
    .replaceAll(/[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}/g, 'ID')
    .replaceAll(/req_[A-Za-z0-9_-]+/g, 'REQUEST')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
}

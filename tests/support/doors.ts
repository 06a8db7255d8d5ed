import { PARTIES } from '../../server/src/modules/orders/inputs.ts'
import type { AppOptions } from '../../server/src/app.ts'
import { evidenceOf } from '../../server/src/platform/route.ts'
import type { Evidence, Route } from '../../server/src/platform/route.ts'
import { ApiClients, TestTokens } from '../../server/testing/api-client.ts'
import { openEarningScene, payment, refund } from '../../server/testing/earning-acts.ts'
import type { EarningScene } from '../../server/testing/earning-acts.ts'
import { EMBED_ORIGIN, openEmbedScene, seedAgencyKey, ticketOf } from '../../server/testing/embed-acts.ts'
import type { EmbedScene } from '../../server/testing/embed-acts.ts'
import { openDirect, stockShop } from '../../server/testing/shop.ts'
import type { Caller } from '../../server/testing/world.ts'
import { isSchema } from './inputs-of-schema.ts'
import { buildWalkWorld } from './walk.ts'
import type { WalkWorld } from './walk.ts'
import { markRealm } from './walk-realm.ts'

/** What lets one request in at the door of a route, and what only this world can name. */
export interface Entry {
  readonly caller: Caller | null
  readonly headers?: Readonly<Record<string, string>>
  /** What stands in the path, as this world calls it; what is undefined is left out of the query. */
  readonly parameters?: Readonly<Record<string, string | undefined>>
  /** What fields of the body are called here, wherever they stand in it; what is undefined is left out. */
  readonly named?: Readonly<Record<string, unknown>>
}

/** A walk's world in which each kind of evidence opens something, and the entries that do. */
export interface World {
  readonly walk: WalkWorld
  /** Different occasions come as different callers, where a part of the product has several. */
  readonly enter: (route: Route, occasion: number) => Entry
}

/** The body with the fields that this world calls by names of its own. */
export function renamed(body: unknown, names: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(body)) return body.map((item: unknown) => renamed(item, names))
  if (!isSchema(body)) return body
  const kept = Object.entries(body).filter(([name]) => !(name in names) || names[name] !== undefined)
  return Object.fromEntries(kept.map(([name, value]) => [name, names[name] ?? renamed(value, names)]))
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

/** Every second occasion is about what exists; the others are about whatever the form allows. */
const everySecond = <Names extends object>(occasion: number, names: Names): Names | Record<string, never> =>
  occasion % 2 === 0 ? names : {}

/** The entries of a form and of the server of its agency. */
async function openAgency(scene: EmbedScene) {
  const { key } = await seedAgencyKey(scene, { calls: 600 })
  let serial = 0
  const keyed = (secret: string) => ({
    ...bearer(secret),
    'idempotency-key': `an-agency's-key-${(serial += 1)}`,
  })
  const form = (occasion: number): Entry => ({
    caller: null,
    headers: { ...keyed(scene.token), origin: EMBED_ORIGIN },
    parameters: { form: scene.form.publicId },
    named: {
      ticket: ticketOf(scene).ticket,
      ...everySecond(occasion, { voucher_type: 'router', website: '' }),
    },
  })
  const agencyKey = (occasion: number): Entry => ({
    caller: null,
    headers: keyed(key),
    named: everySecond(occasion, { voucher_type: 'router' }),
  })
  return { form, agencyKey }
}

/** Who pays is never said in a request: whatever names it is refused (A5). */
const NO_PARTIES = Object.fromEntries(Object.keys(PARTIES).map((name) => [name, undefined]))

/** The entry of an application with access tokens, which orders for an account of a customer. */
async function openShop(clients: ApiClients, { world, tenants, partner }: WalkWorld) {
  await stockShop(world)
  const shop = await openDirect(world, clients, { partner, tenant: tenants.own.id })
  await world.link(partner, tenants.own.id)
  const token = await clients.token({
    client: shop.client,
    account: shop.account,
    delegation: shop.consent,
  })
  return (occasion: number): Entry => ({
    caller: null,
    headers: { authorization: `DPoP ${token}` },
    parameters: { ...everySecond(occasion, NO_PARTIES), customer_ban: shop.account.ban },
    named: everySecond(occasion, { ...NO_PARTIES, product_code: 'FIBRE-1G' }),
  })
}

/** A partner that refers, with what was paid and taken back. */
async function openProgram({ world }: WalkWorld): Promise<EarningScene> {
  const scene = await openEarningScene(world)
  await scene.refer('t1')
  await scene.report([payment('p1'), payment('p2', { net_minor: 900_000 }), refund('r1', 'p1')])
  return scene
}

const oneOf = <Choice>(choices: readonly Choice[], occasion: number): Choice | null =>
  choices[occasion % choices.length] ?? null

/** Starts the world and opens every door of it once. */
export async function openDoors(options: Partial<AppOptions> = {}): Promise<World> {
  const tokens = new TestTokens()
  const walk = await buildWalkWorld({ tokens, embedOrigin: () => EMBED_ORIGIN, ...options })
  const { world, tenants } = walk
  const realm = await markRealm(world, 'Realm')
  const scene = await openEmbedScene(world, 'Agency', tenants.own.id)
  const { form, agencyKey } = await openAgency(scene)
  const api = await openShop(new ApiClients(world, tokens), walk)
  const as = (name: string): Caller | null => walk.callers[name]?.caller ?? null
  const technician = as('technician')
  const program = await openProgram(walk)
  const inRealm = (occasion: number): Entry => ({
    caller: realm.callers[occasion % 2 === 0 ? 'an admin' : 'a user'],
  })
  const byEvidence: Readonly<Record<Evidence, (occasion: number) => Entry>> = {
    // What one admin began the other may approve.
    platform: (occasion) => ({ caller: oneOf([as('a platform admin'), program.secondAdmin], occasion) }),
    tenant: () => ({ caller: as('a tenant admin') }),
    delegation: () => ({ caller: technician }),
    // Whoever refers has what a white-label provider has not, and an MSP neither.
    program: (occasion) => ({
      caller: oneOf([technician, realm.callers['an owner'], program.owner], occasion),
    }),
    realm: inRealm,
    api,
    form,
    agency_key: agencyKey,
    auth: () => ({ caller: technician }),
    ingest: () => ({ caller: technician }),
    public: () => ({ caller: technician }),
  }
  return { walk, enter: (route, occasion) => byEvidence[evidenceOf(route.access)](occasion) }
}

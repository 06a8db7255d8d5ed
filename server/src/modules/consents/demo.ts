import { maskOfScopes, SCOPE_NAMES, toBits } from '@liaison/access'
import type { Action, Scope } from '@liaison/access'
import { limitSentences } from './order-limits.ts'
import { conditionsOf, networksSentence } from './networks.ts'
import { boundSentence } from './revocation-bound.ts'
import { maskOf, neededActions, payerSentence, scopesFor, sentencesOf, TEXT_VERSION } from './rules.ts'
import type { OrderLimits, ShownConsent } from './tables.ts'
import { EN } from './words/index.ts'

const DAY_MS = 86_400_000

interface Named {
  readonly id: string
  readonly name: string
}

/** A tenant of the demo world that was asked: all of its accounts are shared. */
export interface DemoAsked extends Named {
  readonly slug: string
  readonly admin: Named
  readonly accounts: readonly {
    readonly id: string
    readonly ban: string
    readonly name: string
    readonly currency: string
  }[]
}

/** What the rows of this module stand on: records that the demo world has made before. */
export interface DemoConsentGround {
  readonly now: Date
  /** A UUID that sorts by the given time. */
  readonly uuid: (at: Date) => string
  readonly partner: Named & { readonly legalName: string; readonly support: string | null }
  /** Who registered the partner's application. */
  readonly owner: Named
  readonly tenants: readonly DemoAsked[]
}

/** Rows by table, in the order in which they can be written. All rows of a table have the same columns. */
export type DemoConsentRows = readonly (readonly [
  table:
    | 'api_client'
    | 'api_client_use'
    | 'delegation'
    | 'consent'
    | 'delegation_account'
    | 'delegation_history',
  rows: readonly Readonly<Record<string, unknown>>[],
])[]

/** One consent of the past, and how it stands. */
interface Story {
  readonly tenant: string
  readonly actions: readonly Action[]
  readonly limits: OrderLimits
  /** Within how many seconds a stop must count. */
  readonly bound?: number
  /** The networks that calls may come from. */
  readonly networks?: readonly string[]
  readonly purpose: string
  readonly reference: string
  readonly daysAgo: number
  readonly days: number
  /** What the customer did with it since. */
  readonly since: {
    readonly status: 'suspended' | 'revoked'
    readonly daysAgo: number
    readonly reason: string
  } | null
}

/** What the history of a consent calls what was done with it. */
const NEWS = { suspended: 'suspended', revoked: 'stopped' } as const

/** What the application says it needs actions for. */
const NEEDS = [
  { action: 'service.read', is_needed: true, why: 'Our plans begin with the lines that you have.' },
  { action: 'order.create', is_needed: false, why: 'To order what is missing, when you tell us to.' },
] as const

const PURPOSE = 'Order what your branches need, and keep our list of your services in step with yours.'
const READING: readonly Action[] = ['service.read', 'account.read', 'invoice.read']

const STORIES: readonly Story[] = [
  {
    tenant: 'lakeside-cable',
    actions: ['order.create', 'order.read', 'order.cancel', 'service.read', 'account.read'],
    limits: { CAD: 150_000 },
    bound: 60,
    networks: ['198.51.100.0/24', '2001:db8:40::/48'],
    purpose: PURPOSE,
    reference: 'SB-2041',
    daysAgo: 90,
    days: 365,
    since: null,
  },
  {
    tenant: 'acme-fiber',
    actions: ['order.read', ...READING],
    limits: {},
    purpose: 'Compare your invoices with the services that we look after.',
    reference: 'SB-1987',
    daysAgo: 356,
    days: 365,
    since: null,
  },
  {
    tenant: 'cascade-broadband',
    actions: ['order.create', 'order.read', 'service.read'],
    limits: {},
    purpose: PURPOSE,
    reference: 'SB-2060',
    daysAgo: 61,
    days: 180,
    since: {
      status: 'suspended',
      daysAgo: 3,
      reason: 'We look into two orders that nobody here remembers.',
    },
  },
  {
    tenant: 'elbe-netz',
    actions: READING,
    limits: {},
    purpose: 'Compare your invoices with the services that we look after.',
    reference: 'SB-1990',
    daysAgo: 200,
    days: 365,
    since: { status: 'revoked', daysAgo: 24, reason: 'The comparison is finished.' },
  },
]

/** What the demo world is told of consents. */
export interface DemoConsents {
  readonly rows: DemoConsentRows
  readonly client: Named
  /** By the slug of the tenant. */
  readonly consents: ReadonlyMap<string, string>
}

const addDays = (at: Date, days: number): Date => new Date(at.getTime() + days * DAY_MS)

function makeClient({ now, uuid, partner, owner }: DemoConsentGround) {
  const at = addDays(now, -370)
  return {
    id: uuid(at),
    partner_id: partner.id,
    name: 'Southbank Fleet',
    description: 'Knows every line and router of our customers, and orders what is missing.',
    environment: 'live',
    status: 'active',
    status_changed_at: at,
    redirect_uris: ['https://fleet.southbank.example/callback'],
    scopes: SCOPE_NAMES,
    needs: NEEDS,
    mask: toBits(maskOfScopes(SCOPE_NAMES)),
    // Whoever loads the world gives it a key.
    jwks: { keys: [] },
    ip_allow: [],
    version: 1,
    created_by: owner.id,
    created_by_name: owner.name,
    created_at: at,
    updated_at: at,
  }
}

/** Where a story goes on: its times, its parties and its id. */
interface Told {
  readonly story: Story
  readonly tenant: DemoAsked
  readonly id: string
  readonly at: Date
  readonly endsAt: Date
  readonly scopes: readonly Scope[]
}

/** What the check page said, in the form that is kept for ever. */
function toShown(client: Named, partner: DemoConsentGround['partner'], told: Told): ShownConsent {
  const { story, tenant, at, endsAt, scopes } = told
  const { accounts } = tenant
  const { can, cannot } = sentencesOf(story.actions)
  const stops = boundSentence(story.bound, 'en')
  const networks = networksSentence(story.networks, 'en')
  const currencies = [...new Set(accounts.map(({ currency }) => currency))]
  return {
    text_version: TEXT_VERSION,
    language: 'en',
    partner: partner.name,
    legal_name: partner.legalName,
    ...(partner.support !== null && { support_contact: partner.support }),
    client: client.name,
    purpose: story.purpose,
    actions: story.actions,
    scopes,
    can,
    needed: neededActions(story.actions, NEEDS),
    limits: limitSentences({ actions: story.actions, order_limits: story.limits }, currencies, 'en'),
    ...(stops !== undefined && { stops }),
    ...(networks !== undefined && { networks }),
    cannot: [...cannot, ...EN.never],
    accounts: accounts.map(({ id, ban, name }) => ({
      id,
      ban,
      name,
      pays: payerSentence(
        {
          ban,
          payer: { kind: 'direct', payer_tenant_id: tenant.id, payer_name: tenant.name, payer_ban: ban },
        },
        tenant.id,
      ),
    })),
    starts_at: at.toISOString(),
    ends_at: endsAt.toISOString(),
  }
}

function makeDelegation(
  { now, partner }: DemoConsentGround,
  told: Told,
  shown: ShownConsent,
): Readonly<Record<string, unknown>> {
  const { story, tenant, id, at, endsAt, scopes } = told
  const { since } = story
  const mask = maskOf(story.actions, scopes)
  return {
    id,
    tenant_id: tenant.id,
    partner_id: partner.id,
    kind: 'consent',
    status: since?.status ?? 'active',
    status_reason: since?.reason ?? null,
    status_changed_at: since ? addDays(now, -since.daysAgo) : at,
    status_changed_by: tenant.admin.id,
    status_changed_by_side: 'tenant',
    role_mask: mask,
    mask,
    has_timed_overrides: false,
    conditions: conditionsOf(story.networks ?? []),
    starts_at: at,
    ends_at: endsAt,
    epoch: since ? 2 : 1,
    billing_party: 'tenant',
    requested_by: tenant.admin.id,
    requested_at: at,
    approved_by: tenant.admin.id,
    approved_by_name: tenant.admin.name,
    approved_at: at,
    approval_basis: 'tenant_approval',
    approval_snapshot: shown,
    version: since ? 2 : 1,
    created_at: at,
    updated_at: since ? addDays(now, -since.daysAgo) : at,
  }
}

function makeHistory({ now, partner }: DemoConsentGround, told: Told) {
  const { story, tenant, id, at, endsAt } = told
  const place = { delegation_id: id, tenant_id: tenant.id, partner_id: partner.id }
  const by = { by: 'tenant', name: tenant.admin.name }
  const choice = {
    accounts: tenant.accounts.map((account) => account.id),
    actions: story.actions,
    ends_at: endsAt.toISOString(),
    order_limits: story.limits,
    max_revocation_seconds: story.bound ?? null,
    ...(story.networks && { networks: story.networks.length }),
  }
  const approved = { ...place, changed_at: at, version: 1, event: 'approved', detail: { ...choice, ...by } }
  const { since } = story
  if (!since) return [approved]
  const changedAt = addDays(now, -since.daysAgo)
  const detail = { reason: since.reason, ...by }
  return [approved, { ...place, changed_at: changedAt, version: 2, event: NEWS[since.status], detail }]
}

function tell(ground: DemoConsentGround, story: Story): Told[] {
  const tenant = ground.tenants.find(({ slug }) => slug === story.tenant)
  if (!tenant) return []
  const at = addDays(ground.now, -story.daysAgo)
  const scopes = scopesFor(story.actions, SCOPE_NAMES)
  return [{ story, tenant, id: ground.uuid(at), at, endsAt: addDays(at, story.days), scopes }]
}

/**
 * The part of the demo world that is about consents: an application of a partner, and what customers let it do, in force,
 * about to end, suspended and ended. Pure.
 */
export function makeDemoConsents(ground: DemoConsentGround): DemoConsents {
  const { partner, now } = ground
  const client = makeClient(ground)
  const told = STORIES.flatMap((story) => tell(ground, story))
  const parties = ({ tenant }: Told) => ({ tenant_id: tenant.id, partner_id: partner.id })
  const use = {
    client_id: client.id,
    first_token_at: addDays(now, -356),
    first_call_at: addDays(now, -356),
    first_live_call_at: addDays(now, -356),
    last_used_at: new Date(now.getTime() - 42 * 60_000),
  }
  return {
    rows: [
      ['api_client', [client]],
      ['api_client_use', [use]],
      ['delegation', told.map((one) => makeDelegation(ground, one, toShown(client, partner, one)))],
      [
        'consent',
        told.map((one) => ({
          id: one.id,
          ...parties(one),
          client_id: client.id,
          scopes: one.scopes,
          actions: one.story.actions,
          purpose: one.story.purpose,
          reference: one.story.reference,
          approver_leaves: 'ask',
          order_limits: one.story.limits,
          max_revocation_seconds: one.story.bound ?? null,
        })),
      ],
      [
        'delegation_account',
        told.flatMap((one) =>
          one.tenant.accounts.map(({ id }, position) => ({
            delegation_id: one.id,
            ...parties(one),
            account_id: id,
            position,
          })),
        ),
      ],
      ['delegation_history', told.flatMap((one) => makeHistory(ground, one))],
    ],
    client,
    consents: new Map(told.map(({ tenant, id }) => [tenant.slug, id])),
  }
}

import { randomBytes } from 'node:crypto'
import { encodeId, maskOfScopes, SCOPE_NAMES, toBits } from '@liaison/access'
import type { PartnerId, PersonId, TenantId } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import { z } from 'zod'
import {
  makeConsentRoutes,
  mayRefreshConsent,
  openConsentRequest,
  readConsentOutcome,
} from '#modules/consents/index.ts'
import { pageAssetRoutes, problemPage } from '#platform/pages/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import type { AppOptions } from '../src/app.ts'
import { TEST_ORIGIN, TestWorld } from './world.ts'
import type { Caller } from './world.ts'

const access = { identity: 'What the authorization server calls, for tests.' } as const

const Asked = z.object({
  uid: z.string(),
  clientId: z.string(),
  scopes: z.array(z.string()),
  actions: z.array(z.string()),
  customerHint: z.string().nullable(),
  accessDurationSeconds: z.number(),
  purpose: z.string().nullable(),
  reference: z.string().nullable(),
  grantAction: z.enum(['create', 'merge', 'replace']),
  delegationId: z.string().nullable(),
})

/** The functions that the authorization server calls, reachable over HTTP. */
const probes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/probe/requests',
    summary: 'Opens a request',
    input: { body: Asked },
    access,
    limit: 'write',
    readsOnly: 'Asking twice writes once.',
    responses: { 200: z.object({ path: z.string() }) },
    handle: ({ mandate, body }) => openConsentRequest(mandate, body),
  }),
  route({
    method: 'GET',
    path: '/probe/requests/:uid',
    summary: 'Reads what became of it',
    input: { params: z.object({ uid: z.string() }) },
    access,
    limit: 'detail',
    responses: { 200: z.object({ outcome: z.unknown() }) },
    handle: async ({ mandate, params }) => ({ outcome: await readConsentOutcome(mandate, params.uid) }),
  }),
  route({
    method: 'GET',
    path: '/probe/refresh/:id',
    summary: 'Whether a consent may be refreshed',
    input: { params: z.object({ id: z.string() }) },
    access,
    limit: 'detail',
    responses: { 200: z.object({ may: z.boolean() }) },
    handle: async ({ mandate, params }) => ({ may: await mayRefreshConsent(mandate, params.id) }),
  }),
]

/** Starts a server with everything of consents, and what the authorization server asks of it. */
export function startConsentWorld(
  options: Partial<AppOptions> = {},
  moreRoutes: (services: Services) => readonly Route[] = () => [],
): Promise<TestWorld> {
  return TestWorld.start(
    (services) => [...makeConsentRoutes(services), ...probes, ...pageAssetRoutes, ...moreRoutes(services)],
    { problemPage, ...options },
  )
}

/** A reason that is long enough for the page on which a partner asks. */
export const TOLD_WHY =
  'To order and track the circuits of the new sites in Denver and Boulder, and to see which services are in use there already.'

export interface Account {
  readonly id: string
  readonly publicId: string
  readonly ban: string
}

/** A partner with a client, and an organisation with its administrator and accounts. */
export interface ConsentCast {
  readonly partner: PartnerId
  readonly owner: Caller
  readonly clientId: string
  readonly tenant: TenantId
  readonly adminId: PersonId
  readonly admin: Caller
  readonly accounts: readonly Account[]
}

export interface CastOptions {
  readonly partnerName?: string
  readonly kinds?: readonly string[]
  readonly clientName?: string
  readonly environment?: 'sandbox' | 'live'
  readonly scopes?: readonly string[]
  readonly accounts?: number
  readonly factorAgeSeconds?: number
}

export interface AskOptions {
  readonly uid?: string
  readonly scopes?: readonly string[]
  readonly actions?: readonly string[]
  readonly customerHint?: string | null
  readonly accessDurationSeconds?: number
  readonly purpose?: string | null
  readonly grantAction?: 'create' | 'merge' | 'replace'
  readonly delegationId?: string | null
  readonly as?: Caller
}

/** The value of a field of a page, as a browser would send it. */
export function fieldOf(body: string, name: string): string {
  const text = new RegExp(`name="${name}"[^>]*?\\svalue="([^"]*)"`).exec(body)?.[1] ?? ''
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}

/** The values of a group of ticks, those that are ticked alone when asked. */
export function ticksOf(body: string, name: string, only: 'all' | 'ticked' = 'all'): string[] {
  return [...body.matchAll(new RegExp(`name="${name}"\\s+value="([^"]*)"([^>]*)`, 'g'))]
    .filter(([, , rest = '']) => only === 'all' || rest.includes('checked'))
    .map(([, value = '']) => value)
}

/** What people and clients do about consents, in the world that a test file starts. */
export function makeConsentActs(worldOf: () => TestWorld) {
  let serial = 0

  async function client(partner: PartnerId, options: CastOptions = {}): Promise<string> {
    const scopes = options.scopes ?? SCOPE_NAMES
    const [row] = await worldOf().seed<{ id: string }>(
      `insert into api_client (partner_id, name, description, environment, redirect_uris, scopes, mask, jwks, created_by, created_by_name)
       values ($1, $2, 'Plans and tracks circuits', $3, array['https://app.northwind.example/callback'], $4, $5, '{"keys":[]}', $1, 'Ana Ruiz') returning id`,
      [
        partner,
        options.clientName ?? 'Northwind Fleet',
        options.environment ?? 'live',
        scopes,
        toBits(maskOfScopes(scopes)),
      ],
    )
    return row?.id ?? ''
  }

  async function account(tenant: TenantId, name: string, payer: TenantId | null = tenant): Promise<Account> {
    const ban = `BAN-${(serial += 1)}`
    const [row] = await worldOf().seed<{ id: string }>(
      `insert into billing_account (tenant_id, ban, name, currency) values ($1, $2, $3, 'EUR') returning id`,
      [tenant, ban, name],
      tenant,
    )
    const id = row?.id ?? ''
    if (payer === tenant)
      await worldOf().seed(
        `insert into commercial_relationship (kind, tenant_id, account_id, payer_tenant_id, payer_account_id) values ('direct', $1, $2, $1, $2)`,
        [tenant, id],
        tenant,
      )
    return { id, publicId: publicIdOf('billing_account', id), ban }
  }

  async function cast(options: CastOptions = {}): Promise<ConsentCast> {
    const world = worldOf()
    const partner = await world.partner(options.partnerName ?? 'Northwind', options.kinds ?? ['msp'])
    const owner = await world.person('Ana Ruiz')
    await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
    const tenant = await world.tenant('Acme Fiber')
    const admin = await world.person('Dana Kim')
    await world.tenantMember(tenant, admin.id)
    const accounts: Account[] = []
    for (let index = 0; index < (options.accounts ?? 2); index += 1)
      accounts.push(await account(tenant, `Site ${index + 1}`))
    return {
      partner,
      owner: await world.signIn(owner.id),
      clientId: await client(partner, options),
      tenant,
      adminId: admin.id,
      admin: await world.signIn(admin.id, {
        tenantId: tenant,
        ...(options.factorAgeSeconds !== undefined && { factorAgeSeconds: options.factorAgeSeconds }),
      }),
      accounts,
    }
  }

  /** A second administrator of the same organisation. */
  async function colleague({ tenant }: Pick<ConsentCast, 'tenant'>, name = 'Priya Nair') {
    const person = await worldOf().person(name)
    await worldOf().tenantMember(tenant, person.id)
    return { id: person.id, caller: await worldOf().signIn(person.id, { tenantId: tenant }) }
  }

  const alone = ({ cookie }: Caller): Caller => ({ cookie })

  /** The client asks; returns the interaction. */
  async function ask(people: ConsentCast, options: AskOptions = {}): Promise<string> {
    const { as = people.admin, uid = randomBytes(32).toString('base64url'), ...asked } = options
    const body = {
      uid,
      clientId: people.clientId,
      scopes: ['orders.read', 'orders.write', 'services.read'],
      actions: ['order.read', 'order.create', 'order.cancel', 'service.read'],
      customerHint: null,
      accessDurationSeconds: 90 * 86_400,
      purpose: 'To place and track orders.',
      reference: 'ref-1',
      grantAction: 'create',
      delegationId: null,
      ...asked,
    }
    const response = await worldOf().call(alone(as), 'POST', '/probe/requests', { body })
    if (response.statusCode !== 200) throw new Error(response.body)
    return uid
  }

  const org = ({ tenant }: Pick<ConsentCast, 'tenant'>) => `?org=${encodeId('tenant', tenant)}`

  function look(people: ConsentCast, key: string, options: { rest?: string; as?: Caller } = {}) {
    const { rest = 'review', as = people.admin } = options
    return worldOf().call(alone(as), 'GET', `/consent/${key}/${rest}${org(people)}`)
  }

  function post(
    path: string,
    fields: readonly (readonly [string, string])[],
    by: { readonly as: Caller; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<LightMyRequestResponse> {
    return worldOf().app.http.inject({
      method: 'POST',
      url: path,
      headers: {
        ...(by.as.cookie !== null && { cookie: by.as.cookie }),
        origin: TEST_ORIGIN,
        'content-type': 'application/x-www-form-urlencoded',
        ...by.headers,
      },
      payload: new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString(),
    })
  }

  /** Sends the choosing form and follows its answer, as a browser does. */
  async function postChoice(...[path, fields, by]: Parameters<typeof post>): Promise<LightMyRequestResponse> {
    const sent = await post(path, fields, by)
    const next = sent.headers.location
    return sent.statusCode === 303 && next !== undefined && /\/(?:review|check)\?/.test(next)
      ? worldOf().call(alone(by.as), 'GET', next, by.headers && { headers: by.headers })
      : sent
  }

  /** Sends the choosing form, as it was shown unless told otherwise. */
  async function choose(
    people: ConsentCast,
    key: string,
    options: {
      accounts?: readonly string[]
      actions?: readonly string[]
      endsOn?: string
      /** What is written as the limit of each currency. */
      limits?: Readonly<Record<string, string>>
      as?: Caller
    } = {},
  ) {
    const { as = people.admin } = options
    const { body } = await look(people, key, { as })
    const accounts = options.accounts ?? [people.accounts[0]?.publicId ?? '']
    const actions = options.actions ?? ticksOf(body, 'action')
    const fields = [
      ['shown', fieldOf(body, 'shown')],
      ...accounts.map((id) => ['account', id]),
      ...actions.map((name) => ['action', name]),
      ...Object.entries(options.limits ?? {}).flatMap(([currency, written]) => [
        ['limit_currency', currency],
        ['limit', written],
      ]),
      ['ends_on', options.endsOn ?? fieldOf(body, 'ends_on')],
    ] as [string, string][]
    return postChoice(`/consent/${key}/check${org(people)}`, fields, { as })
  }

  /** Sends a decision from a page that offers it. */
  function decide(
    people: ConsentCast,
    key: string,
    options: { page?: string; as?: Caller; headers?: Readonly<Record<string, string>> } = {},
  ) {
    const { page, as = people.admin, headers = {} } = options
    const fields: [string, string][] =
      page === undefined
        ? [['decision', 'decline']]
        : [
            ['decision', 'allow'],
            ['shown', fieldOf(page, 'shown')],
            ['choice', fieldOf(page, 'choice')],
          ]
    return post(`/consent/${key}/done${org(people)}`, fields, { as, headers })
  }

  /** From the choosing page to the answer. */
  async function allow(people: ConsentCast, key: string, options: Parameters<typeof choose>[2] = {}) {
    const check = await choose(people, key, options)
    return decide(people, key, { page: check.body, ...(options.as && { as: options.as }) })
  }

  async function outcome(people: ConsentCast, uid: string, as: Caller = people.admin) {
    return (await worldOf().call(alone(as), 'GET', `/probe/requests/${uid}`)).json().outcome
  }

  /** A consent in force, with its interaction. */
  async function consent(
    options: CastOptions & { ask?: AskOptions; choose?: Parameters<typeof choose>[2] } = {},
  ) {
    const people = await cast(options)
    const uid = await ask(people, options.ask)
    const done = await allow(people, uid, options.choose)
    if (done.statusCode !== 303) throw new Error(done.body)
    const { delegation } = await outcome(people, uid)
    return {
      ...people,
      uid,
      id: String(delegation.id),
      publicId: publicIdOf('consent', delegation.id),
    }
  }

  function setPolicy({ tenant }: Pick<ConsentCast, 'tenant'>, columns: Readonly<Record<string, unknown>>) {
    const names = Object.keys(columns)
    const places = names.map((_, index) => `$${index + 2}`)
    return worldOf().seed(
      `insert into tenant_partner_policy (tenant_id, ${names.join(', ')}) values ($1, ${places.join(', ')})`,
      [tenant, ...Object.values(columns)],
      tenant,
    )
  }

  return {
    account,
    allow,
    ask,
    cast,
    choose,
    client,
    colleague,
    consent,
    decide,
    look,
    org,
    outcome,
    post,
    postChoice,
    setPolicy,
  }
}

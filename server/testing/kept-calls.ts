import { randomUUID } from 'node:crypto'
import { decodeId } from '@liaison/access'
import type { GatewayWorld } from './gateway.ts'

/** A change by SQL, in which :client, :partner, :tenant, :consent, :account, :person and :gateway stand for the ids. */
export type CallChange = string

const freeze = (scope: string, of: Readonly<Record<string, string>>): readonly [CallChange, CallChange] => [
  `insert into access_freeze (${['scope', ...Object.keys(of)].join(', ')}, reason, set_by, set_by_name, set_by_side)
   values (${[`'${scope}'`, ...Object.values(of)].join(', ')}, 'Leak', uuidv7(), 'Somebody', 'provider')`,
  `update access_freeze set lift_asked_by = gen_random_uuid(), lift_asked_at = now(), lifted_by = set_by, lifted_at = now(), lift_reason = 'x' where lifted_at is null`,
]

const set = (what: string, taken: string, given: string): readonly [CallChange, CallChange] => [
  what.replace('?', taken),
  what.replace('?', given),
]

const ZERO = `repeat('0', 256)::bit(256)`
const ONES = `repeat('1', 256)::bit(256)`
const AWAY = `'{"ip_mode": "enforce", "ip_allow": ["192.0.2.0/24"]}'`

/** What takes a call of a client, and what gives it back; every relation that decides about one is among them. */
export const CALL_CHANGES: Readonly<Record<string, readonly [CallChange, CallChange]>> = {
  'the status of the consent': set(
    `update delegation set status = ? where id = :consent`,
    `'suspended'`,
    `'active'`,
  ),
  'the permissions of the consent': set(`update delegation set mask = ? where id = :consent`, ZERO, ONES),
  'the end of the consent': set(
    `update delegation set ends_at = now() + ? where id = :consent`,
    `interval '0 days'`,
    `interval '9 days'`,
  ),
  'the start of the consent': set(
    `update delegation set starts_at = now() + ? where id = :consent`,
    `interval '1 day'`,
    `interval '-1 day'`,
  ),
  'a condition of the consent': set(`update delegation set conditions = ? where id = :consent`, AWAY, `'{}'`),
  'the accounts of the consent': [
    `delete from delegation_account where delegation_id = :consent`,
    `insert into delegation_account (delegation_id, tenant_id, partner_id, account_id, position) values (:consent, :tenant, :partner, :account, 1)`,
  ],
  'the rules of the customer': [
    `insert into tenant_partner_policy (tenant_id, conditions) values (:tenant, ${AWAY}) on conflict (tenant_id) do update set conditions = excluded.conditions`,
    `update tenant_partner_policy set conditions = '{}' where tenant_id = :tenant`,
  ],
  'the client': set(`update api_client set status = ? where id = :client`, `'suspended'`, `'active'`),
  'the scopes of the client': set(`update api_client set mask = ? where id = :client`, ZERO, ONES),
  'the addresses of the client': set(
    `update api_client set ip_allow = ? where id = :client`,
    `'{192.0.2.0/24}'`,
    `'{}'`,
  ),
  'the environment of the client': set(
    `update api_client set environment = ? where id = :client`,
    `'sandbox'`,
    `'live'`,
  ),
  'the partner': set(`update partner set status = ? where id = :partner`, `'suspended'`, `'active'`),
  'the customer': set(`update tenant set status = ? where id = :tenant`, `'suspended'`, `'active'`),
  'the account': set(`update billing_account set status = ? where id = :account`, `'closed'`, `'active'`),
  'who pays': set(
    `update commercial_relationship set status = ? where account_id = :account`,
    `'suspended'`,
    `'active'`,
  ),
  'the member who acts': set(
    `update partner_member set status = ? where person_id = :person`,
    `'inactive'`,
    `'active'`,
  ),
  'the person who acts': set(`update person set status = ? where id = :person`, `'inactive'`, `'active'`),
  'a freeze of everything': freeze('platform', {}),
  'a freeze of the partner': freeze('partner', { partner_id: ':partner' }),
  'a freeze of the customer': freeze('tenant', { tenant_id: ':tenant' }),
  'a freeze of the consent': freeze('delegation', {
    delegation_id: ':consent',
    partner_id: ':partner',
    tenant_id: ':tenant',
  }),
  'a freeze of the person': freeze('person', { person_id: ':person' }),
  'the gateway': set(`update gateway set status = ? where id = :gateway`, `'disabled'`, `'active'`),
  'the upstreams of the gateway': [
    `delete from gateway_upstream where gateway_id = :gateway`,
    `insert into gateway_upstream (gateway_id, upstream_id) select :gateway, id from protected_upstream on conflict do nothing`,
  ],
  'the origin of the upstream': set(
    `update protected_upstream set origin = ?`,
    `'https://elsewhere.example'`,
    `'https://api.carrier.example'`,
  ),
  'the permission of the route': set(
    `update protected_route set permission = ? where path_template like '%/orders' and method = 'GET'`,
    `'api.orders.create'`,
    `'api.orders.read'`,
  ),
}

/** The scene of a gateway's world, with the person who acts. */
export interface CallScene {
  readonly gateway: GatewayWorld
  readonly person: string
}

/** Makes a change as another process would. */
export async function changeCall({ gateway, person }: CallScene, text: CallChange): Promise<void> {
  const { client, partner, tenant, consent, account } = gateway.scene
  const ids: Readonly<Record<string, string>> = {
    client,
    partner,
    tenant,
    consent,
    account: account.id,
    person,
    gateway: idFromPublic(gateway.gatewayId),
  }
  const values: string[] = []
  const numbered = text.replaceAll(
    /(?<!:):(client|partner|tenant|consent|account|person|gateway)\b/g,
    (_, name: string) => `$${values.push(ids[name] ?? '')}::uuid`,
  )
  await gateway.world.seed(numbered, values, tenant)
}

function idFromPublic(text: string): string {
  const id = decodeId('gateway', text)
  if (!id) throw new Error('That is the id of no gateway.')
  return id
}

/** What a call under these claims is answered with. A token of its own is one of which nothing can be kept. */
export async function codeOfCall(
  { gateway }: CallScene,
  claims: Awaited<ReturnType<GatewayWorld['claims']>>,
  isOwnToken = false,
): Promise<string> {
  const response = await gateway.ask({ claims: isOwnToken ? { ...claims, jti: randomUUID() } : claims })
  return response.statusCode === 200
    ? `ALLOWED ${String(response.headers['x-billing-ban'])}`
    : String(JSON.parse(response.body).code)
}

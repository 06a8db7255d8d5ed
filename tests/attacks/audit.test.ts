import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OAuthCast } from '../../server/testing/oauth-world.ts'
import { Market, ORDER, ordersOf } from './support/market.ts'
import type { Consented } from './support/market.ts'

let market: Market
beforeAll(async () => {
  market = await Market.open()
})
afterAll(() => market[Symbol.asyncDispose]())

const PATH = ordersOf('BAN-1001')

interface Denial {
  readonly code: string | null
  readonly action: string
  readonly actor_id: string | null
  readonly request_id: string | null
  readonly delegation_id: string | null
  readonly is_explained: boolean
  readonly readers: string[] | null
}

/** The denials that the log has since a moment, with who reads each. */
function denialsSince(id: string): Promise<Denial[]> {
  return market.world.sql<Denial & Record<string, unknown>>(
    `select e.code, e.action, e.actor_id, e.request_id, e.delegation_id, e.explain_id is not null as is_explained,
       (select array_agg(s.kind || ' ' || s.scope_id order by s.kind) from audit_scope s where s.event_id = e.id) as readers
     from audit_event e where e.outcome = 'denied' and e.id > $1 order by e.id`,
    [id],
  )
}

async function lastEvent(): Promise<string> {
  const [row] = await market.world.sql<{ id: string }>('select id from audit_event order by id desc limit 1')
  return row?.id ?? '00000000-0000-0000-0000-000000000000'
}

interface Scene {
  readonly cast: OAuthCast
  readonly given: Consented
}

/** Something that is refused to a client whose delegation is known, and the code under which both sides read it. */
const DENIALS: readonly (readonly [
  what: string,
  code: string,
  attempt: (scene: Scene) => Promise<unknown>,
])[] = [
  [
    'a call for another account',
    'CUSTOMER_MISMATCH',
    ({ cast, given }) => cast.app.call(given.accessToken, 'GET', ordersOf('BAN-1002')),
  ],
  [
    'an order for another customer',
    'CUSTOMER_MISMATCH',
    ({ cast, given }) =>
      cast.app.call(given.accessToken, 'POST', PATH, { ...ORDER, customer_ban: 'BAN-1002' }),
  ],
  [
    'an order that names a payer',
    'BILLING_PARTY_MISMATCH',
    ({ cast, given }) =>
      cast.app.call(given.accessToken, 'POST', PATH, { ...ORDER, billing_party: cast.customerId }),
  ],
  [
    'a call without the scope',
    'INSUFFICIENT_SCOPE',
    ({ cast, given }) => cast.app.call(given.accessToken, 'GET', '/api/v1/customers/BAN-1001/invoices'),
  ],
  [
    'a call after the revocation',
    'DELEGATION_REVOKED',
    async ({ cast, given }) => {
      const path = `/api/v1/tenant/consents/${given.publicId}/revoke`
      await market.world.call(market.admin(cast), 'POST', path, { body: {} })
      return cast.app.call(given.accessToken, 'GET', PATH)
    },
  ],
]

describe('a refusal', () => {
  test.each(DENIALS)(
    'attack 82: of %s is one event that names client, reason and request, and both sides read it',
    async (_what, code, attempt) => {
      const cast = await market.cast({ accounts: 2 })
      const given = await market.consent(cast)
      const before = await lastEvent()
      await attempt({ cast, given })
      expect(await denialsSince(before)).toEqual([
        {
          code,
          action: expect.any(String),
          actor_id: cast.client,
          request_id: expect.stringMatching(/^req_/),
          delegation_id: given.consentId,
          is_explained: true,
          readers: [`partner ${cast.partner}`, `tenant ${cast.tenant}`],
        },
      ])
    },
  )

  test('attack 82: of a refresh is one event for both sides, too', async () => {
    const cast = await market.cast()
    const given = await market.consent(cast)
    await market.world.call(market.admin(cast), 'POST', `/api/v1/tenant/consents/${given.publicId}/revoke`, {
      body: {},
    })
    const before = await lastEvent()
    await cast.app.refresh(given.refreshToken)
    expect(await denialsSince(before)).toMatchObject([
      { actor_id: cast.client, readers: [`partner ${cast.partner}`, `tenant ${cast.tenant}`] },
    ])
  })
})

/** Something that the authorization server refuses to a client that proved who it is, and its error. */
const REFUSALS: readonly (readonly [
  what: string,
  error: string,
  attempt: (scene: Scene) => Promise<unknown>,
])[] = [
  [
    'a push to another address',
    'invalid_request',
    ({ cast }) => cast.app.push({ redirect_uri: 'https://evil.example/cb' }),
  ],
  ['a push without a challenge', 'invalid_request', ({ cast }) => cast.app.push({ code_challenge: null })],
  [
    'a push with details of an unknown type',
    'invalid_authorization_details',
    ({ cast }) => cast.app.push({ authorization_details: '[{"type":"everything"}]' }),
  ],
  ['a code that never was', 'invalid_grant', ({ cast }) => cast.app.redeem('never-issued')],
  [
    'a refresh that asks for more',
    'invalid_scope',
    ({ cast, given }) => cast.app.refresh(given.refreshToken, { scope: 'invoices.read' }),
  ],
  [
    'client credentials for a customer',
    'invalid_target',
    ({ cast }) =>
      cast.app.token('client_credentials', {
        authorization_details: JSON.stringify([
          { type: 'partner_access', customer_ban: 'BAN-1001', customer_id: cast.customerId },
        ]),
      }),
  ],
  [
    'a grant that does not exist',
    'unsupported_grant_type',
    ({ cast }) => cast.app.token('password', { username: 'a', password: 'b' }),
  ],
]

test.each(REFUSALS)(
  'attack 82: %s is refused, and that is one event of the client, which its partner reads',
  async (_what, code, attempt) => {
    const cast = await market.cast()
    const given = await market.consent(cast)
    const before = await lastEvent()
    await attempt({ cast, given })
    const denials = await denialsSince(before)
    expect(denials).toMatchObject([{ code, actor_id: cast.client }])
    expect(denials[0]?.readers).toContain(`partner ${cast.partner}`)
  },
)

test('attack 82: no token, proof, code or assertion of a whole run is in any log line or row', async () => {
  const cast = await market.cast()
  const given = await market.consent(cast)
  const { dpop = '' } = await market.evidence(cast, given.accessToken, { path: PATH })
  await market.present(cast, { path: PATH }, { authorization: `DPoP ${given.accessToken}`, dpop })
  await market.present(cast, { path: PATH }, { authorization: `Bearer ${given.accessToken}`, dpop })
  await cast.app.call(given.accessToken, 'POST', PATH, ORDER)
  await cast.app.refresh(`${given.refreshToken}x`)
  const tables = await market.world.sql<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('public', 'audit') and table_type = 'BASE TABLE'`,
  )
  const kept: string[] = [...market.oauth.logged]
  for (const { name } of tables)
    kept.push(
      ...(await market.world.sql<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`)).map(
        ({ row }) => row,
      ),
    )
  const everything = kept.join('\n')
  expect(everything).toContain(String(cast.client))
  const secrets = [
    given.accessToken,
    given.accessToken.split('.')[2] ?? '',
    given.refreshToken,
    dpop,
    cast.app.verifier,
  ]
  for (const secret of secrets) expect(everything).not.toContain(secret)
})

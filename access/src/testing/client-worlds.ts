import { ACTION_NAMES, maskOfActions, maskOfScopes, SCOPE_NAMES } from '../scopes.ts'
import type { ClientFacts } from '../client-facts.ts'
import { idFromUuid } from '../ids.ts'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const uuid = (last: number) => `01890a5d-ac96-774b-bcce-00000000000${last}`

export const CLIENT_IDS = {
  client: idFromUuid('api_client', uuid(1)),
  partner: idFromUuid('partner', uuid(2)),
  tenant: idFromUuid('tenant', uuid(3)),
  account: idFromUuid('billing_account', uuid(4)),
  home: idFromUuid('tenant', uuid(5)),
}

const EVERY_ACTION = maskOfActions(ACTION_NAMES)
const BILLING = { payer_tenant_id: CLIENT_IDS.tenant, payer_ban: 'BAN-1' }

/** A call that is allowed: a partner's client for a customer who consented to everything. Tests change one thing at a time. */
export const DELEGATED: ClientFacts = {
  now: NOW,
  client: {
    id: CLIENT_IDS.client,
    status: 'active',
    mask: maskOfScopes(SCOPE_NAMES),
    ip_allow: [],
    is_sandbox: false,
    owner_tenant_id: CLIENT_IDS.home,
  },
  partner: { id: CLIENT_IDS.partner, status: 'active', is_wholesaler: true, opens_api: true },
  tenant: { id: CLIENT_IDS.tenant, status: 'active', is_sandbox: false },
  account: { id: CLIENT_IDS.account, status: 'active' },
  delegation: {
    kind: 'consent',
    status: 'active',
    starts_at: new Date('2026-11-01T00:00:00.000Z'),
    ends_at: new Date('2027-11-01T00:00:00.000Z'),
    epoch: 3,
    mask: EVERY_ACTION,
    conditions: { ip_allow: [], ip_mode: 'off', hours: null },
    opens_account: true,
  },
  freezes: [],
  features_off: new Set(['billing', 'white_label']),
  billing: BILLING,
  token: {
    access: 'delegated',
    scopes: maskOfScopes(SCOPE_NAMES),
    actions: EVERY_ACTION,
    epoch: 3,
    revoked: false,
    billing: BILLING,
  },
  ip: '192.0.2.10',
}

/** The same client for its own organisation. */
export const OWN: ClientFacts = {
  ...DELEGATED,
  tenant: { id: CLIENT_IDS.home, status: 'active', is_sandbox: false },
  delegation: null,
  token: { ...DELEGATED.token, access: 'own', actions: null, epoch: null },
}

import { maskOfScopes, SCOPE_NAMES, toBits } from '@liaison/access'
import type { DemoAccount, DemoGround, DemoOrderRows, DemoParties, Row } from './demo-ground.ts'
import { addDays } from './rules.ts'

const FOUNDED_DAYS_AGO = 540

interface Named {
  readonly id: string
  readonly name: string
}

/** The organisations of wholesale and of trying things out. */
export interface DemoOrganisations {
  readonly rows: DemoOrderRows
  readonly parties: DemoParties
  readonly wholesaler: Named
  readonly homeAccount: DemoAccount
  readonly endAccount: DemoAccount
  readonly sandboxAccounts: readonly DemoAccount[]
  readonly clients: { readonly wholesaler: Named; readonly tenant: Named }
}

function makeTenant(
  { now, uuid }: DemoGround,
  named: { readonly name: string; readonly slug: string; readonly isSandbox: boolean },
): Row & Named {
  const at = addDays(now, -FOUNDED_DAYS_AGO)
  return {
    id: uuid(at),
    name: named.name,
    slug: named.slug,
    domain: `${named.slug}.example`,
    status: 'active',
    plan_type: 'standard',
    contact: {},
    address: {},
    timezone: 'Europe/Berlin',
    currency: 'EUR',
    billing_cycle: 'monthly',
    is_sandbox: named.isSandbox,
    created_at: at,
    updated_at: at,
  }
}

function makeAccount(
  { now, uuid }: DemoGround,
  tenant: Named,
  ban: string,
): DemoAccount & { readonly row: Row } {
  const at = addDays(now, -FOUNDED_DAYS_AGO)
  const id = uuid(at)
  const account = { id, tenantId: tenant.id, tenantName: tenant.name, ban, currency: 'EUR' }
  const row = {
    tenant_id: tenant.id,
    id,
    ban,
    name: `${tenant.name} ${ban}`,
    currency: 'EUR',
    status: 'active',
    created_at: at,
  }
  return { ...account, row }
}

function makeClient(
  { now, uuid, provider }: DemoGround,
  owner: { readonly partnerId: string | null; readonly tenantId: string | null; readonly name: string },
): Row & Named {
  const at = addDays(now, -190)
  return {
    id: uuid(at),
    partner_id: owner.partnerId,
    tenant_id: owner.tenantId,
    name: owner.name,
    environment: 'live',
    status: 'active',
    status_changed_at: at,
    redirect_uris: [],
    scopes: SCOPE_NAMES,
    mask: toBits(maskOfScopes(SCOPE_NAMES)),
    // It shows what was ordered; whoever tries it out makes a client with a key of their own.
    jwks: { keys: [] },
    ip_allow: [],
    version: 1,
    created_by: provider.id,
    created_by_name: provider.name,
    created_at: at,
    updated_at: at,
  }
}

/** Makes the organisations that the orders of the demo world need besides those that are there. Pure. */
export function makeOrganisations(ground: DemoGround): DemoOrganisations {
  const at = addDays(ground.now, -FOUNDED_DAYS_AGO)
  const home = makeTenant(ground, { name: 'Westwire Carrier', slug: 'westwire-carrier', isSandbox: false })
  const end = makeTenant(ground, { name: 'Harbour Logistics', slug: 'harbour-logistics', isSandbox: false })
  const sandbox = makeTenant(ground, { name: 'Sandbox', slug: 'sandbox', isSandbox: true })
  const wholesaler = { id: ground.uuid(at), name: 'Westwire Wholesale' }
  const partner = {
    ...wholesaler,
    slug: 'westwire-wholesale',
    kinds: ['wholesaler'],
    status: 'active',
    home_tenant_id: home.id,
    legal_name: 'Westwire Wholesale GmbH',
    website: 'https://westwire.example',
    created_at: at,
    updated_at: at,
  }
  const homeAccount = makeAccount(ground, home, 'W-1000')
  const endAccount = makeAccount(ground, end, 'H-2001')
  const sandboxAccounts = [makeAccount(ground, sandbox, 'SB-1'), makeAccount(ground, sandbox, 'SB-2')]
  const [first] = ground.accounts
  const ofWholesaler = makeClient(ground, {
    partnerId: wholesaler.id,
    tenantId: null,
    name: 'Westwire order desk',
  })
  const ofTenant = makeClient(ground, {
    partnerId: null,
    tenantId: first.tenantId,
    name: 'Purchasing system',
  })
  return {
    rows: [
      ['tenant', [home, end, sandbox]],
      ['partner', [partner]],
      ['billing_account', [homeAccount, endAccount, ...sandboxAccounts].map(({ row }) => row)],
      ['api_client', [ofWholesaler, ofTenant]],
    ],
    parties: {
      wholesaler: { partnerId: wholesaler.id, homeTenantId: home.id },
      managed: { tenantId: end.id },
      sandbox: { tenantId: sandbox.id },
    },
    wholesaler,
    homeAccount,
    endAccount,
    sandboxAccounts,
    clients: { wholesaler: ofWholesaler, tenant: ofTenant },
  }
}

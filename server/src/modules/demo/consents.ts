import { makeDemoLogos } from '#modules/clients/index.ts'
import { makeDemoConsents } from '#modules/consents/index.ts'
import { API_TERMS } from '#modules/onboarding/index.ts'
import { addDays, Dice } from './dice.ts'
import type { DemoPeople, Making } from './people.ts'
import type { DemoRows } from './store.ts'

/** A stream of chance of its own, so that the rest of the world stays as it was before there were consents. */
const SEED = 20_261_126
const ACCEPTED_DAYS_AGO = 372
const LOGO_DAYS_AGO = 360
const PARTNER = 'southbank-systems'

/** What the demo world holds of consents; its rows are written after the organisations and their accounts. */
export interface DemoConsented {
  readonly rows: readonly DemoRows[]
  readonly partner: { readonly id: string; readonly name: string }
  /** Who registered the application. */
  readonly owner: { readonly id: string; readonly name: string }
  readonly client: { readonly id: string; readonly name: string }
  /** The consents by the slug of the tenant. */
  readonly consents: ReadonlyMap<string, string>
}

/** The tenants with their accounts. */
function askedTenants(ledger: Making['ledger'], people: DemoPeople) {
  const accounts = ledger.rowsOf('billing_account')
  return [...people.tenants.values()].map((tenant) => ({
    slug: tenant.slug,
    id: tenant.id,
    name: tenant.name,
    admin: tenant.adminPerson,
    accounts: accounts
      .filter((row) => row['tenant_id'] === tenant.id)
      .map((row) => ({
        id: String(row['id']),
        ban: String(row['ban']),
        name: String(row['name']),
        currency: String(row['currency']),
      })),
  }))
}

/** Makes an application of the partner that looks after tenants, with what they let it do. */
export function makeConsented({ now, ledger }: Making, people: DemoPeople): DemoConsented {
  const partner = people.partners.get(PARTNER)
  const owner = partner?.members[0]
  const [provider] = people.platformAdmins
  if (!partner || !owner || !provider) throw new Error(`The demo world has no ${PARTNER}.`)
  const dice = new Dice(SEED)
  const { rows, client, consents } = makeDemoConsents({
    now,
    uuid: (at) => dice.uuid(at),
    partner,
    owner,
    tenants: askedTenants(ledger, people),
  })
  const logos = makeDemoLogos({
    uuid: (at) => dice.uuid(at),
    partnerId: partner.id,
    clientId: client.id,
    owner,
    provider,
    at: { first: addDays(now, -LOGO_DAYS_AGO), second: addDays(now, -1) },
  })
  const accepted = {
    id: dice.uuid(addDays(now, -ACCEPTED_DAYS_AGO)),
    partner_id: partner.id,
    version: API_TERMS.version,
    text_sha256: API_TERMS.sha256,
    accepted_by: owner.id,
    accepted_by_name: owner.name,
    accepted_at: addDays(now, -ACCEPTED_DAYS_AGO),
  }
  return {
    rows: [
      { table: 'api_terms_acceptance', rows: [accepted] },
      ...rows.map(([table, list]) => ({ table, rows: list })),
      { table: 'api_client_logo', rows: logos },
    ],
    partner,
    owner,
    client,
    consents,
  }
}

import { makeDemoConsents } from '#modules/consents/index.ts'
import { API_TERMS } from '#modules/onboarding/index.ts'
import { addDays, Dice } from './dice.ts'
import type { DemoPeople, Making } from './people.ts'
import type { DemoRows } from './store.ts'

/** A stream of chance of its own, so that the rest of the world stays as it was before there were consents. */
const SEED = 20_261_126
const ACCEPTED_DAYS_AGO = 372
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

/** Makes an application of the partner that looks after tenants, with what they let it do. */
export function makeConsented({ now, ledger }: Making, people: DemoPeople): DemoConsented {
  const partner = people.partners.get(PARTNER)
  const owner = partner?.members[0]
  if (!partner || !owner) throw new Error(`The demo world has no ${PARTNER}.`)
  const dice = new Dice(SEED)
  const accounts = ledger.rowsOf('billing_account')
  const { rows, client, consents } = makeDemoConsents({
    now,
    uuid: (at) => dice.uuid(at),
    partner,
    owner,
    tenants: [...people.tenants.values()].map((tenant) => ({
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
    })),
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
    ],
    partner,
    owner,
    client,
    consents,
  }
}

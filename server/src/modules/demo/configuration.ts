import type { DemoPerson, Making } from './people.ts'
import type { DemoRealm } from './realm.ts'
import { addDays, Dice } from './dice.ts'

/** A stream of chance of its own, so that the rest of the world stays as it was before partners were configured. */
const SEED = 20_261_126

const VERSIONS = [
  {
    daysAgo: 200,
    note: 'Launch of the brand',
    document: { branding: { display_name: 'Lumen Mobile', primary_color: '#5b2a86' } },
  },
  {
    daysAgo: 40,
    note: 'Help pages, and checked identities that count for two years',
    document: {
      branding: {
        display_name: 'Lumen Mobile',
        primary_color: '#5b2a86',
        accent_color: '#0b5f73',
        support_email: 'help@lumen.example',
        support_url: 'https://help.lumen.example/',
        terms_url: 'https://lumen.example/terms',
        privacy_url: 'https://lumen.example/privacy',
      },
      policies: { kyc_valid_days: 730, on_downgrade: 'period_end' },
      limits: { end_users: { basic: { on_exceed: 'throttle' } } },
    },
  },
] as const

/** Adds two versions of the white-label partner's configuration, of which the second is in force. */
export function addConfiguration({ now, ledger }: Making, realm: DemoRealm, admin: DemoPerson): void {
  const dice = new Dice(SEED)
  const by = { created_by: admin.id, created_by_name: admin.name }
  for (const { daysAgo, note, document } of VERSIONS) {
    const at = addDays(now, -daysAgo)
    ledger.add('partner_config_version', {
      id: dice.uuid(at),
      partner_id: realm.partnerId,
      document,
      note,
      ...by,
      created_at: at,
    })
  }
  ledger.add('partner_configuration', {
    partner_id: realm.partnerId,
    active_version: VERSIONS.length,
    kind: 'activate',
    reason: 'The help pages are live',
    activated_by: admin.id,
    activated_by_name: admin.name,
    activated_at: addDays(now, -40),
  })
}

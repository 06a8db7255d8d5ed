import { digestFormToken, formTokenPepper, makeFormToken } from '#modules/agencies/index.ts'
import type { FormConfig } from '#modules/agencies/index.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { addDays, Dice } from './dice.ts'
import type { DemoPeople, Making } from './people.ts'
import type { DemoRow } from './store.ts'
import type { VoucherAgency } from './vouchers.ts'

/** A stream of chance of its own, so that the rest of the world stays as it was before there were agencies. */
const SEED = 200_000
const HOME = 'acme-fiber'

/** Where `examples/agency-site` shows a form on this machine. */
const EXAMPLE_SITE = 'http://agency.localhost:4300'

const THEME = { accent: '#0b5cad', radius: 'small', appearance: 'auto', density: 'comfortable' } as const

const CAST = [
  {
    name: 'Bright Travel',
    contact: { contact_name: 'Tara Quinn', contact_email: 'web@brighttravel.example' },
    publicId: 'frm_BrightTravelWeb1',
    form: 'Website',
    origins: ['https://www.brighttravel.example', EXAMPLE_SITE],
    config: {
      allowed_voucher_types: ['router', 'installation-visit'],
      default_language: 'en',
      texts: {
        en: {
          title: 'A router for your new home',
          intro_text: 'For guests of Bright Travel who move to a town with fibre.',
          rules_list: ['One router for each household.', 'Bring the voucher and an identity card.'],
        },
        es: {
          title: 'Un router para tu nuevo hogar',
          intro_text: 'Para huéspedes de Bright Travel que se mudan a una ciudad con fibra.',
          rules_list: ['Un router por hogar.', 'Trae el vale y un documento de identidad.'],
        },
      },
      theme: THEME,
    },
  },
  {
    name: 'Harbour Advice Centre',
    contact: { contact_name: 'Ines Duarte', contact_email: 'desk@harbouradvice.example' },
    publicId: 'frm_HarbourAdvice001',
    form: 'Front desk',
    origins: ['https://harbouradvice.example'],
    config: {
      allowed_voucher_types: ['router', 'first-month'],
      default_language: 'en',
      texts: {
        en: {
          title: 'Vouchers of Acme Fiber',
          intro_text: 'For people whom we advise.',
          rules_list: ['Ask for the date of birth.', 'The first month is looked at before it is issued.'],
        },
      },
      theme: { ...THEME, accent: '#7a2e0e' },
    },
  },
] as const satisfies readonly { readonly config: FormConfig; readonly [field: string]: unknown }[]

/** An agency of the demo world, its form, and the row of its token, which lacks the digest. */
export interface DemoAgency extends VoucherAgency {
  readonly publicId: string
  readonly token: DemoRow
}

/** Adds two agencies with a form each. Their tokens are made when the world is loaded, since they are digested with its secret. */
export function addAgencies({ now, ledger }: Making, people: DemoPeople): readonly DemoAgency[] {
  const tenant = people.tenants.get(HOME)
  if (!tenant) return []
  const dice = new Dice(SEED)
  const by = { created_by: tenant.adminPerson.id, created_by_name: tenant.adminPerson.name }
  return CAST.map((cast, index) => {
    const at = addDays(now, -180 + index * 40)
    const [id, formId, tokenId] = [dice.uuid(at), dice.uuid(at), dice.uuid(at)]
    const place = { tenant_id: tenant.id, agency_id: id }
    const since = { created_at: at, ...by }
    ledger.add('agency', {
      id,
      tenant_id: tenant.id,
      name: cast.name,
      ...cast.contact,
      daily_issue_limit: index === 0 ? 100 : null,
      status_changed_at: at,
      ...since,
      updated_at: at,
    })
    ledger.add('form', {
      id: formId,
      ...place,
      public_id: cast.publicId,
      name: cast.form,
      allowed_origins: cast.origins,
      challenge: index === 0 ? 'off' : 'required',
      config: cast.config,
      status_changed_at: at,
      ...since,
      updated_at: at,
    })
    return {
      id,
      name: cast.name,
      publicId: cast.publicId,
      form: cast.form,
      site: cast.origins[0],
      tokenId,
      token: { id: tokenId, ...place, form_id: formId, ...since },
    }
  })
}

/** Makes the tokens of the demo world's forms; each is told in the demo file, for `examples/agency-site`. */
export function addFormTokens(
  { ledger }: Making,
  agencies: readonly DemoAgency[],
  vault: Vault,
): { agency: string; form: string; token: string }[] {
  const pepper = formTokenPepper(vault)
  return agencies.map(({ name, publicId, token: row }) => {
    const token = makeFormToken('live')
    ledger.add('form_token', {
      ...row,
      mode: 'live',
      token_hash: `\\x${digestFormToken(pepper, token).toString('hex')}`,
      display_prefix: token.slice(0, 14),
      last4: token.slice(-4),
    })
    return { agency: name, form: publicId, token }
  })
}

import { z } from 'zod'
import { plainText } from '#platform/route-input.ts'
import { PARTNER_KINDS, PARTNER_TIERS } from './tables.ts'

/** The countries of ISO 3166-1, by their two letters. */
export const COUNTRY_CODES: readonly string[] =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'.split(
    ' ',
  )

/** A website as people type it, with its scheme; null when it is none that a browser opens by name. */
export function parseWebsite(text: string): string | null {
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`
  const url = URL.parse(withScheme)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null
  const isPublic = url.hostname.includes('.') && url.username === '' && url.password === ''
  return isPublic && url.href.length <= 200 ? url.href : null
}

const website = z
  .string()
  .max(200)
  .transform((text, context) => {
    const parsed = parseWebsite(text.trim())
    if (parsed !== null) return parsed
    context.addIssue({
      code: 'custom',
      message: 'must be the address of a website',
      params: { code: 'INVALID_URL' },
    })
    return z.NEVER
  })

/**
 * Where somebody helps people of tenants, as it was typed: an e-mail address, a telephone number with its country, or a
 * website that is safe to open; null when it is none.
 */
function parseSupportContact(text: string): string | null {
  if (text.includes('@')) return lowerEmail.safeParse(text).data ?? null
  if (/^\+[0-9][0-9 ().-]{5,28}[0-9]$/.test(text)) return text
  const website = parseWebsite(text)
  return website?.startsWith('https://') === true ? website : null
}

const supportContact = z
  .string()
  .max(200)
  .transform((text, context) => {
    const parsed = parseSupportContact(text.trim())
    if (parsed !== null) return parsed
    context.addIssue({
      code: 'custom',
      message:
        'must be an e-mail address, a telephone number that begins with +, or the address of a website',
      params: { code: 'INVALID_SUPPORT_CONTACT' },
    })
    return z.NEVER
  })
  .nullable()
  .meta({
    description:
      'Where the partner helps people of tenants: an e-mail address, a telephone number that begins with +, or a website. They are shown it once the provider has approved it.',
  })

const lowerEmail = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase())

const kinds = z
  .array(z.enum(PARTNER_KINDS))
  .min(1)
  .max(PARTNER_KINDS.length)
  .transform((names) => [...new Set(names)])

/** What a partner keeps of its own entry. */
export const contactFields = {
  contact_email: lowerEmail.nullable(),
  website: website.nullable(),
}

/** What a partner may keep of its own entry besides. */
export const supportFields = { support_contact: supportContact }

/** What the provider keeps about a partner. */
export const entryFields = {
  name: plainText(1, 200),
  kinds,
  legal_name: plainText(1, 200).nullable(),
  country: z
    .string()
    .max(2)
    .refine((code) => COUNTRY_CODES.includes(code), 'must be two letters of ISO 3166-1')
    .nullable()
    .meta({ description: 'Two letters of ISO 3166-1.' }),
  registration_no: plainText(1, 50).nullable(),
  tier: z.enum(PARTNER_TIERS),
  uses_account_refs: z.boolean().meta({
    description:
      'Whether its API clients are told a reference of its own in the place of the account numbers of customers that consent. Tokens issued from now on say so.',
  }),
  region: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,29}$/, 'must be lower-case letters, digits and hyphens')
    .nullable(),
  ...contactFields,
  ...supportFields,
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** What an input names; fields that it leaves out stay as they are. */
export function given<T extends object>(entry: T): Given<T> {
  // Undefined values are what is taken away here, which the type of `fromEntries` cannot say.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as Given<T>
}

import { z } from 'zod'
import { AgreementTold, vouchedFacts } from '#modules/consents/index.ts'
import type { Vouched } from '#modules/consents/index.ts'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { notice, PROVIDER_NAME, siteLink } from '#platform/pages/index.ts'
import { writeCount, writeDay } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { NAME_WORDS } from '#platform/words/name-words.ts'
import { findNameFaults, looksLike, readableName } from '#platform/words/names.ts'
import type { NameFault } from '#platform/words/names.ts'
import { readPartner, readVouched } from './asking-party-store.ts'
import { listPeople } from './people-store.ts'
import type { KnownLink } from './store.ts'
import { LINK_WORDS } from './words/index.ts'

/** What is odd about the name of a partner, as it concerns the tenant that it asks. */
const PARTY_FAULTS = ['unseen', 'mixed_script', 'look_alike', 'like_tenant', 'like_partner'] as const

export type PartyFault = NameFault | 'like_tenant' | 'like_partner'

/** The partner that asks, as whoever decides has to know it. */
export interface AskingParty extends Vouched {
  readonly since: Date
  /** The website that the provider approved last; what the partner typed since is nobody's word but its own. */
  readonly website: string | null
  readonly faults: readonly PartyFault[]
}

/** Reads who asks the mandate's tenant for a link. */
export async function readAskingParty(mandate: Mandate<'tenant'>, row: KnownLink): Promise<AskingParty> {
  const { since, website, like_partner } = await readPartner(mandate, row)
  const name = row.partner_name ?? ''
  return {
    ...(await readVouched(mandate, row)),
    since,
    website,
    faults: [
      ...findNameFaults(name, PROVIDER_NAME),
      ...(looksLike(name, mandate.tenant.name) ? (['like_tenant'] as const) : []),
      ...(like_partner ? (['like_partner'] as const) : []),
    ],
  }
}

interface Told {
  readonly party: AskingParty
  readonly tenant: string
  readonly language: Language
}

/** Who asks, as the answer for whoever decides tells it. */
export const AskingPartyBody = z.strictObject({
  partner_since: z.string(),
  website: z.string().nullable().meta({ description: 'The website that the provider approved.' }),
  legal_name: z
    .string()
    .nullable()
    .meta({ description: 'The legal name as the provider verified it; null where it has none.' }),
  support_contact: z.string().nullable().meta({
    description:
      'Where the partner helps people of tenants, as the provider approved it: an e-mail address, a telephone number or a website.',
  }),
  agreement: AgreementTold.nullable().meta({
    description: 'The agreement of the partner with the provider that is in force; null where there is none.',
  }),
  name_faults: z.array(z.enum(PARTY_FAULTS)).meta({
    description:
      'What is odd about the name: letters that cannot be seen, mixed alphabets, or the look of the name of the provider, of the own organisation or of another partner.',
  }),
})

/** The answer about who asks. */
export function toAskingParty(party: AskingParty): z.output<typeof AskingPartyBody> {
  const { since, website, legal_name, support_contact, agreement, faults } = party
  return {
    partner_since: since.toISOString(),
    website,
    legal_name,
    support_contact,
    agreement,
    name_faults: [...faults],
  }
}

/** What is odd about the name of whoever asks; nothing when nothing is (attack 30). */
export function partyNotice({ party, tenant, language }: Told): Html {
  const words = NAME_WORDS[language].faults
  const about = (fault: PartyFault) => words[fault](fault === 'like_tenant' ? tenant : PROVIDER_NAME)
  return party.faults.length === 0
    ? html``
    : notice('attention', html`${party.faults.map((fault) => html`<p>${about(fault)}</p>`)}`)
}

/** Since when the asking partner is one, where it is found, and what else the provider vouches for. */
export function partyFacts({ party, language }: Omit<Told, 'tenant'>): readonly (readonly [string, Html])[] {
  const { partner, verified } = LINK_WORDS[language].asked
  const since = verified(PROVIDER_NAME, writeDay(party.since, language))
  return [[partner, html`${since} ${siteLink(party.website)}`], ...vouchedFacts(party, language)]
}

/** The people whom the partner assigned so far, by name: each of them comes in once the link is open. */
export async function whoComesIn(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  language: Language,
): Promise<Html> {
  const { asked, people, nameless } = LINK_WORDS[language]
  const assigned = await listPeople(mandate, row.id)
  if (assigned.length === 0) return html`${asked.nobody(readableName(row.partner_name ?? '', nameless))}`
  const names = assigned.map(({ name }, index) => html`${index > 0 && ', '}<bdi>${readableName(name)}</bdi>`)
  return asked.assigned(writeCount(assigned.length, people, language), html`${names}`)
}

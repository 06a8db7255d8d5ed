import './registry-words.ts'
import { NativeSelect, TextInput } from '@mantine/core'
import type { PartnerDetail } from '@liaison/client'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { t, tValue } from '../../platform/words.ts'

export const partnerKinds = [
  'referral',
  'reseller',
  'wholesaler',
  'msp',
  'enterprise_hq',
  'auditor',
  'white_label',
  'agency',
] as const

const tiers = ['standard', 'advanced', 'premier'] as const

export type Kind = (typeof partnerKinds)[number]

/** The entry of a partner while it is typed; empty texts are no values. */
export type EntryDraft = {
  name: string
  kinds: Kind[]
  legal_name: string
  country: string
  registration_no: string
  contact_email: string
  website: string
  support_contact: string
  tier: (typeof tiers)[number]
  region: string
}

const lines = [
  'legal_name',
  'country',
  'registration_no',
  'contact_email',
  'website',
  'support_contact',
  'region',
] as const

const emptyDraft: EntryDraft = {
  name: '',
  kinds: ['msp'],
  legal_name: '',
  country: '',
  registration_no: '',
  contact_email: '',
  website: '',
  support_contact: '',
  tier: 'standard',
  region: '',
}

/** The entry as it is typed; null for a partner to be. */
export function draftOf(partner: PartnerDetail | null): EntryDraft {
  if (partner === null) return emptyDraft
  const texts = Object.fromEntries(lines.map((name) => [name, partner[name] ?? '']))
  return {
    ...emptyDraft,
    ...texts,
    name: partner.name,
    kinds: partnerKinds.filter((kind) => partner.kinds.includes(kind)),
    tier: partner.tier,
  }
}

const orNull = (text: string) => text.trim() || null

/** What is sent of a draft. */
export function toEntry(draft: EntryDraft) {
  return {
    name: draft.name.trim(),
    kinds: draft.kinds,
    legal_name: orNull(draft.legal_name),
    country: orNull(draft.country.toUpperCase()),
    registration_no: orNull(draft.registration_no),
    contact_email: orNull(draft.contact_email),
    website: orNull(draft.website),
    support_contact: orNull(draft.support_contact),
    tier: draft.tier,
    region: orNull(draft.region),
  }
}

/** What keeps a draft from being sent. */
export function checkEntry(draft: EntryDraft): FormError[] {
  const { name, kinds, country, contact_email: email } = draft
  return [
    ...(name.trim() === '' ? [{ field: 'name', text: t('newpartner.name_missing') }] : []),
    ...(kinds.length === 0 ? [{ field: 'kinds', text: t('newpartner.kind_missing') }] : []),
    ...(country !== '' && !/^[A-Za-z]{2}$/.test(country.trim())
      ? [{ field: 'country', text: t('entry.country_wrong') }]
      : []),
    ...(email !== '' && !/^\S+@\S+\.\S+$/.test(email.trim())
      ? [{ field: 'contact_email', text: t('entry.email_wrong') }]
      : []),
  ]
}

type FieldsProps = {
  draft: EntryDraft
  errors: readonly FormError[]
  onDraft: (change: Partial<EntryDraft>) => void
  /** What is said of a field besides. */
  notes?: Abouts
}

type Abouts = Partial<Record<(typeof lines)[number], string>>

const about: Abouts = {
  country: t('entry.country_about'),
  website: t('entry.shown_about'),
  support_contact: `${t('entry.support_contact_about')} ${t('entry.shown_about')}`,
  region: t('entry.region_about'),
}

function KindFields({ draft, onDraft }: Pick<FieldsProps, 'draft' | 'onDraft'>) {
  return (
    <fieldset id="kinds" className="stack tight" tabIndex={-1}>
      <legend>{t('column.kinds')}</legend>
      {partnerKinds.map((kind) => (
        <label key={kind} className="check">
          <input
            type="checkbox"
            checked={draft.kinds.includes(kind)}
            onChange={(event) => {
              const others = draft.kinds.filter((name) => name !== kind)
              onDraft({ kinds: event.currentTarget.checked ? [...others, kind] : others })
            }}
          />
          {tValue('kind', kind)}
        </label>
      ))}
    </fieldset>
  )
}

/** The fields of the entry of a partner. */
export function EntryFields({ draft, errors, onDraft, notes }: FieldsProps) {
  return (
    <>
      <TextInput
        id="name"
        label={t('newpartner.name')}
        value={draft.name}
        maxLength={200}
        error={errorOf(errors, 'name')}
        onChange={(event) => onDraft({ name: event.currentTarget.value })}
      />
      <KindFields draft={draft} onDraft={onDraft} />
      {lines.map((name) => (
        <TextInput
          key={name}
          id={name}
          label={t(`entry.${name}`)}
          description={notes?.[name] ?? about[name]}
          value={draft[name]}
          maxLength={name === 'country' ? 2 : 200}
          error={errorOf(errors, name)}
          onChange={(event) => onDraft({ [name]: event.currentTarget.value })}
        />
      ))}
      <NativeSelect
        id="tier"
        label={t('entry.tier')}
        value={draft.tier}
        data={tiers.map((tier) => ({ value: tier, label: t(`tier.${tier}`) }))}
        onChange={(event) => {
          const tier = tiers.find((name) => name === event.currentTarget.value)
          if (tier !== undefined) onDraft({ tier })
        }}
      />
    </>
  )
}

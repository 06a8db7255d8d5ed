import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { useNow } from '../../platform/clock.ts'
import { addWords, t, tValue } from '../../platform/words.ts'
import { requestMore } from '../../words/request-more.ts'
import { kindsPaid, parties } from './payers.ts'

// They come with the form: whoever only looks does not fetch them.
addWords(requestMore)

type Kind = (typeof kindsPaid)[number]
type Party = (typeof parties)[number]

/** What a request and a template may promise and say besides: the first answer, and who pays. */
export type PromisedTerms = { hours: string; pays: Record<Kind, Party> }

/** What the partner offers to keep to. */
type OfferedTerms = { reason: boolean; fresh: boolean; passkey: boolean; networks: string }

/** What a request may say besides: also the day from which, and what is offered. */
export type MoreTerms = PromisedTerms & OfferedTerms & { starts: string }

export const blankPromise: PromisedTerms = {
  hours: '',
  pays: { services: 'tenant', api_calls: 'partner', seats: 'partner', exports: 'partner' },
}

export const blankMore: MoreTerms = {
  ...blankPromise,
  starts: '',
  reason: false,
  fresh: false,
  passkey: false,
  networks: '',
}

/** What is wrong with the promised answer. */
export function checkPromise({ hours }: PromisedTerms): FormError[] {
  const count = Number(hours)
  const isGood = hours.trim() === '' || (Number.isInteger(count) && count >= 1 && count <= 720)
  return isGood ? [] : [{ field: 'sla_response_hours', text: t('request.hours_bad') }]
}

/** Tomorrow, in UTC as the field is: today has begun. */
function firstDay(now: Date): string {
  return new Date(now.getTime() + 86_400_000).toISOString().slice(0, 10)
}

/** What stops a request before it is sent. */
export function checkMore(draft: MoreTerms, now: Date): FormError[] {
  const isPast = draft.starts !== '' && draft.starts < firstDay(now)
  return [...checkPromise(draft), ...(isPast ? [{ field: 'starts_at', text: t('request.starts_bad') }] : [])]
}

/** The part of the body of a request or a template; an answer that is not promised is not sent. */
export function bodyOfPromise({ hours, pays }: PromisedTerms) {
  return { billing_parties: pays, ...(hours.trim() !== '' && { sla_response_hours: Number(hours) }) }
}

/** The conditions that are offered; undefined where nothing is. */
function offerOf({ reason, fresh, passkey, networks }: OfferedTerms) {
  const ranges = networks.split(/[\s,]+/).filter(Boolean)
  if (!reason && !fresh && !passkey && ranges.length === 0) return undefined
  return {
    read_reason_required: reason,
    phishing_resistant: passkey,
    ...(fresh && { mfa_max_age_s: 3600 }),
    ...(ranges.length > 0 && { ip_mode: 'enforce' as const, ip_allow: ranges }),
  }
}

/** The part of the body of a request; what was left blank is not sent. */
export function bodyOfMore(draft: MoreTerms) {
  const conditions = offerOf(draft)
  return {
    ...bodyOfPromise(draft),
    ...(draft.starts !== '' && { starts_at: `${draft.starts}T00:00:00Z` }),
    ...(conditions && { conditions }),
  }
}

type FieldProps<Terms> = {
  draft: Terms
  errors: readonly FormError[]
  onDraft: (change: Partial<Terms>) => void
}

/** Within how long the partner promises a first answer. */
export function PromiseField({ draft, errors, onDraft }: FieldProps<PromisedTerms>) {
  return (
    <TextInput
      id="sla_response_hours"
      label={t('request.hours')}
      description={t('request.hours_about')}
      inputMode="numeric"
      value={draft.hours}
      error={errorOf(errors, 'sla_response_hours')}
      onChange={(event) => onDraft({ hours: event.currentTarget.value })}
    />
  )
}

/** The day from which the link is to hold. */
export function StartField({ draft, errors, onDraft }: FieldProps<MoreTerms>) {
  return (
    <TextInput
      id="starts_at"
      type="date"
      label={t('request.starts')}
      description={t('request.starts_about')}
      min={firstDay(useNow())}
      value={draft.starts}
      error={errorOf(errors, 'starts_at')}
      onChange={(event) => onDraft({ starts: event.currentTarget.value })}
    />
  )
}

/** Who pays for what. */
export function PayerFields({ draft, onDraft }: Omit<FieldProps<PromisedTerms>, 'errors'>) {
  return kindsPaid.map((kind) => (
    <NativeSelect
      key={kind}
      id={`pays_${kind}`}
      label={tValue('request.pays', kind)}
      value={draft.pays[kind]}
      onChange={(event) => {
        const party = parties.find((one) => one === event.currentTarget.value)
        if (party !== undefined) onDraft({ pays: { ...draft.pays, [kind]: party } })
      }}
    >
      {parties.map((party) => (
        <option key={party} value={party}>
          {tValue('request.party', party)}
        </option>
      ))}
    </NativeSelect>
  ))
}

/** What the partner offers to keep to, whoever of it works there. */
export function OfferFields({ draft, onDraft }: Omit<FieldProps<OfferedTerms>, 'errors'>) {
  return (
    <fieldset className="stack tight">
      <legend>{t('request.offer')}</legend>
      {(['reason', 'fresh', 'passkey'] as const).map((name) => (
        <Checkbox
          key={name}
          id={`offer_${name}`}
          label={tValue('request.offer', name)}
          checked={draft[name]}
          onChange={(event) => onDraft({ [name]: event.currentTarget.checked })}
        />
      ))}
      <Textarea
        id="ip_allow"
        label={t('request.offer_networks')}
        description={t('request.offer_networks_about')}
        maxLength={12_400}
        value={draft.networks}
        onChange={(event) => onDraft({ networks: event.currentTarget.value })}
      />
    </fieldset>
  )
}

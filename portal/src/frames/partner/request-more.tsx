import { NativeSelect, TextInput } from '@mantine/core'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { useNow } from '../../platform/clock.ts'
import { addWords, t, tValue } from '../../platform/words.ts'
import { requestMore } from '../../words/request-more.ts'

// They come with the form: whoever only looks does not fetch them.
addWords(requestMore)

const kinds = ['services', 'api_calls', 'seats', 'exports'] as const
const parties = ['tenant', 'partner', 'split'] as const

type Kind = (typeof kinds)[number]
type Party = (typeof parties)[number]

/** What a request may promise and say besides: the first answer, the day from which, and who pays. */
export type MoreTerms = { hours: string; starts: string; pays: Record<Kind, Party> }

export const blankMore: MoreTerms = {
  hours: '',
  starts: '',
  pays: { services: 'tenant', api_calls: 'partner', seats: 'partner', exports: 'partner' },
}

/** What stops a request before it is sent. */
export function checkMore({ hours }: MoreTerms): FormError[] {
  const count = Number(hours)
  const isGood = hours.trim() === '' || (Number.isInteger(count) && count >= 1 && count <= 720)
  return isGood ? [] : [{ field: 'sla_response_hours', text: t('request.hours_bad') }]
}

/** The part of the body of a request; what was left blank is not sent. */
export function bodyOfMore({ hours, starts, pays }: MoreTerms) {
  return {
    billing_parties: pays,
    ...(hours.trim() !== '' && { sla_response_hours: Number(hours) }),
    ...(starts !== '' && { starts_at: `${starts}T00:00:00Z` }),
  }
}

type MoreProps = {
  draft: MoreTerms
  errors: readonly FormError[]
  onDraft: (change: Partial<MoreTerms>) => void
}

/** Within how long the partner promises a first answer. */
export function PromiseField({ draft, errors, onDraft }: MoreProps) {
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

/** Tomorrow, in UTC as the field is: today has begun. */
function firstDay(now: Date): string {
  return new Date(now.getTime() + 86_400_000).toISOString().slice(0, 10)
}

/** What is mostly left as it is: the first day, and who pays for what. */
export function TermFields({ draft, onDraft }: Pick<MoreProps, 'draft' | 'onDraft'>) {
  return (
    <>
      <TextInput
        id="starts_at"
        type="date"
        label={t('request.starts')}
        min={firstDay(useNow())}
        value={draft.starts}
        onChange={(event) => onDraft({ starts: event.currentTarget.value })}
      />
      {kinds.map((kind) => (
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
      ))}
    </>
  )
}

import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AgencyReach } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { textField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { dayOf, spanOf } from '../shared/day-span.ts'
import { useAgency } from './calls.ts'
import { ReachReport } from './reach-report.tsx'

const spec = { from: textField(), to: textField(), of: textField() }
const dayMs = 86_400_000
const usualDays = 30

type Span = { from: string; to: string }
type Credential = AgencyReach['credentials'][number]

/** The one form token or server key that is asked about; nothing asks about the whole agency. */
function narrowing(credential: Credential | undefined) {
  if (credential === undefined) return {}
  return credential.kind === 'form_token'
    ? { token_id: credential.delegation_id }
    : { key_id: credential.delegation_id }
}

function useReach(agencyId: string, span: Span | null, credential?: Credential) {
  return useRead(
    ['agency-reach', agencyId, span, credential?.delegation_id ?? ''],
    (frame, signal) =>
      readBody(
        frame.client.GET('/tenant/agencies/{agency_id}/reach', {
          params: {
            path: { agency_id: agencyId },
            query: { ...(span ?? { from: '', to: '' }), ...narrowing(credential) },
          },
          signal,
        }),
      ),
    { enabled: span !== null },
  )
}

type Wanted = { from: string; to: string }

function SpanForm({ days, onDays }: { days: Wanted; onDays: (days: Wanted) => void }) {
  const [draft, setDraft] = useState(days)
  const [isWrong, setWrong] = useState(false)
  const errors = isWrong ? [{ field: 'from', text: t('areach.span_wrong') }] : []
  const field = (name: keyof Wanted) => ({
    id: name,
    type: 'date',
    className: 'pick',
    label: t(`areach.${name}`),
    value: draft[name],
    error: errorOf(errors, name),
    onChange: (event: { currentTarget: { value: string } }) =>
      setDraft({ ...draft, [name]: event.currentTarget.value }),
  })
  return (
    <form
      data-unkept=""
      className="filters no-print"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const span = spanOf(draft.from, draft.to)
        setWrong(span === null)
        if (span !== null) onDays(draft)
      }}
    >
      <TextInput {...field('from')} />
      <TextInput {...field('to')} />
      <Button type="submit" variant="light">
        {t('areach.show')}
      </Button>
    </form>
  )
}

type PickProps = { credentials: readonly Credential[]; value: string; onValue: (value: string) => void }

/** Narrows the report to what was lost; only where there is something to choose from. */
function CredentialPick({ credentials, value, onValue }: PickProps) {
  if (credentials.length < 2) return null
  return (
    <NativeSelect
      className="pick no-print"
      label={t('areach.of')}
      value={value}
      data={[
        { value: '', label: t('areach.of_all') },
        ...credentials.map(({ delegation_id: id, label, form_name: form }) => ({
          value: id,
          label: form === null ? label : `${form}: ${label}`,
        })),
      ]}
      onChange={(event) => onValue(event.currentTarget.value)}
    />
  )
}

/** For the day on which a form token or server key was lost: what the agency could do within a time, and did (A13). */
export function AgencyReachPage() {
  const { tenantId: ten } = useFrame()
  const id = useParam('agency')
  const { values, set } = useFilters(spec)
  const today = useNow(dayMs).getTime()
  const days = { from: values.from || dayOf(today - usualDays * dayMs), to: values.to || dayOf(today) }
  const span = spanOf(days.from, days.to)
  const agency = useAgency(id)
  const whole = useReach(id, span)
  const credentials = whole.data?.credentials ?? []
  const lost = credentials.find(({ delegation_id }) => delegation_id === values.of)
  const report = useReach(id, span, lost)
  const name = agency.data?.body.name
  return (
    <Page
      title={name === undefined ? t('areach.plain') : t('areach.title', { agency: name })}
      lead={t('areach.lead')}
      back={{ to: orgPlaces.agency(ten, id), label: name ?? t('agencies.name') }}
      tools={
        <Button variant="default" onClick={() => window.print()}>
          {t('areach.print')}
        </Button>
      }
    >
      <SpanForm key={`${days.from} ${days.to}`} days={days} onDays={set} />
      <CredentialPick
        credentials={credentials}
        value={lost?.delegation_id ?? ''}
        onValue={(of) => set({ of })}
      />
      <Answer query={report} lines={10}>
        {(body) => <ReachReport report={body} />}
      </Answer>
    </Page>
  )
}

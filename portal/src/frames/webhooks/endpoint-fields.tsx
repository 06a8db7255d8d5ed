import { Button, TextInput } from '@mantine/core'

import type { WebhookEndpoint } from '@liaison/client'
import type { ReactNode } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { t, tValue } from '../../platform/words.ts'
import { Ticks } from '../shared/ticks.tsx'
import { useEventTypes } from './calls.ts'

export type EndpointDraft = { url: string; description: string; types: WebhookEndpoint['event_types'] }

export const blankEndpoint: EndpointDraft = { url: '', description: '', types: [] }

/** What is missing before the server is asked; the server alone knows which addresses it may call. */
export function checkEndpoint(draft: EndpointDraft): FormError[] {
  return [
    ...(URL.canParse(draft.url.trim()) ? [] : [{ field: 'url', text: t('hooks.address_missing') }]),
    ...(draft.types.length === 0 ? [{ field: 'event_types', text: t('hooks.events_missing') }] : []),
  ]
}

/** The draft as the interface takes it. */
export function toEndpointBody({ url, description, types }: EndpointDraft) {
  const said = description.trim()
  return { url: url.trim(), description: said === '' ? null : said, event_types: types }
}

type FieldsProps = {
  draft: EndpointDraft
  errors: readonly FormError[]
  onDraft: (draft: EndpointDraft) => void
}

type EventType = WebhookEndpoint['event_types'][number]

/** What an event is about: the first part of its name. */
const topicOf = (type: EventType): string => type.split('.')[0] ?? type

type GroupsProps = Pick<FieldsProps, 'draft' | 'onDraft'> & {
  entries: readonly { value: EventType; label: ReactNode }[]
}

/** The events by what they are about, so that nobody reads all to find one. */
function EventGroups({ draft, entries, onDraft }: GroupsProps) {
  const groups = Map.groupBy(entries, ({ value }) => topicOf(value))
  return (
    <fieldset id="event_types" className="stack" tabIndex={-1}>
      <legend className="section-title">{t('hooks.events')}</legend>
      {[...groups].map(([topic, some]) => (
        <Ticks
          key={topic}
          id={`event_types_${topic}`}
          legend={tValue('hooks.topic', topic)}
          entries={some}
          ticked={draft.types}
          onTicked={(chosen) => onDraft({ ...draft, types: chosen })}
        />
      ))}
    </fieldset>
  )
}

type AllProps = Pick<FieldsProps, 'draft' | 'onDraft'> & { names: EndpointDraft['types'] }

function AllOrNone({ draft, names, onDraft }: AllProps) {
  const isAll = names.length > 0 && draft.types.length === names.length
  return (
    <div>
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => onDraft({ ...draft, types: isAll ? [] : names })}
      >
        {t(isAll ? 'hooks.events_none' : 'hooks.events_all')}
      </Button>
    </div>
  )
}

/** Where messages go, and which events are told. */
export function EndpointFields({ draft, errors, onDraft }: FieldsProps) {
  const types = useEventTypes()
  const entries = (types.data?.items ?? []).map(({ event_type: value, description }) => ({
    value,
    label: (
      <span>
        {description} <code className="muted small">{value}</code>
      </span>
    ),
  }))
  return (
    <>
      <TextInput
        id="url"
        type="url"
        label={t('hooks.address')}
        description={t('hooks.address_about')}
        placeholder="https://example.com/liaison-events"
        value={draft.url}
        maxLength={2000}
        error={errorOf(errors, 'url')}
        onChange={(event) => onDraft({ ...draft, url: event.currentTarget.value })}
      />
      <TextInput
        id="description"
        label={t('hooks.description')}
        description={t('hooks.description_about')}
        value={draft.description}
        maxLength={500}
        onChange={(event) => onDraft({ ...draft, description: event.currentTarget.value })}
      />
      <AllOrNone draft={draft} names={entries.map(({ value }) => value)} onDraft={onDraft} />
      <EventGroups draft={draft} entries={entries} onDraft={onDraft} />
    </>
  )
}

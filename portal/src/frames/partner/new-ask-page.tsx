import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ApiClient, ConsentAsk } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { formatDate } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { sentenceOfAction } from '../shared/access-words.ts'
import { readEveryClient } from '../shared/every.ts'
import { Ticks } from '../shared/ticks.tsx'
import { askable, askDays, blankAsk, checkAsk } from './ask-draft.ts'
import type { AskDraft } from './ask-draft.ts'

type FieldsProps = {
  clients: readonly ApiClient[]
  draft: AskDraft
  errors: readonly FormError[]
  onDraft: (change: Partial<AskDraft>) => void
}

function WhatFields({ clients, draft, errors, onDraft }: FieldsProps) {
  const chosen = clients.find(({ client_id: id }) => id === draft.client)
  return (
    <>
      <NativeSelect
        id="client_id"
        label={t('ask.app')}
        value={draft.client}
        error={errorOf(errors, 'client_id')}
        onChange={(event) => {
          // Nothing is ticked: whoever asks for little is allowed sooner, and much costs money.
          onDraft({ client: event.currentTarget.value, actions: [] })
        }}
      >
        <option value="">{t('ask.app_choose')}</option>
        {clients.map(({ client_id: id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </NativeSelect>
      {chosen && (
        <Ticks
          id="actions"
          legend={t('ask.can')}
          entries={askable(chosen).map((value) => ({ value, label: sentenceOfAction(value) }))}
          ticked={draft.actions}
          onTicked={(actions) => onDraft({ actions })}
        />
      )}
    </>
  )
}

function Fields(props: FieldsProps) {
  const { draft, errors, onDraft } = props
  return (
    <>
      <TextInput
        id="to"
        label={t('ask.to')}
        description={t('ask.to_about')}
        value={draft.to}
        maxLength={254}
        autoComplete="off"
        error={errorOf(errors, 'to')}
        onChange={(event) => onDraft({ to: event.currentTarget.value })}
      />
      <WhatFields {...props} />
      <Textarea
        id="purpose"
        label={t('ask.why')}
        description={t('ask.why_about', { count: draft.purpose.trim().length })}
        value={draft.purpose}
        maxLength={300}
        autosize
        minRows={3}
        error={errorOf(errors, 'purpose')}
        onChange={(event) => onDraft({ purpose: event.currentTarget.value })}
      />
      <NativeSelect
        id="duration_days"
        label={t('ask.long')}
        value={String(draft.days)}
        onChange={(event) => {
          const days = askDays.find((one) => String(one) === event.currentTarget.value)
          if (days !== undefined) onDraft({ days })
        }}
      >
        {askDays.map((days) => (
          <option key={days} value={days}>
            {t('ask.days', { days })}
          </option>
        ))}
      </NativeSelect>
    </>
  )
}

function Sent({ ask }: { ask: ConsentAsk }) {
  const { partnerId } = useFrame()
  return (
    <Page
      title={t('ask.sent_title')}
      back={{ to: partnerPlaces.granted(partnerId), label: t('nav.granted') }}
    >
      <div className="prose">
        <p>{t('ask.sent_text', { to: ask.to, until: formatDate(ask.ends_at) })}</p>
        <p>
          <GoLink to={partnerPlaces.asks(partnerId)}>{t('ask.sent_list')}</GoLink>
        </p>
      </div>
    </Page>
  )
}

function useAsk(draft: AskDraft) {
  const attempt = useAttemptKey(draft)
  return useWrite((sent: AskDraft, frame) =>
    readBody(
      frame.client.POST('/partner/consent-asks', {
        headers: { 'Idempotency-Key': attempt },
        body: {
          to: sent.to.trim(),
          client_id: sent.client,
          actions: sent.actions,
          purpose: sent.purpose.trim(),
          duration_days: sent.days,
        },
      }),
    ),
  )
}

function AskForm({ clients, onSent }: { clients: readonly ApiClient[]; onSent: (ask: ConsentAsk) => void }) {
  const [draft, setDraft] = useState(blankAsk)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useAsk(draft)
  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault()
    const found = checkAsk(draft)
    setErrors(found)
    if (found.length === 0) write.mutate(draft, { onSuccess: onSent })
  }
  return (
    <form className="stack form" noValidate onSubmit={submit}>
      <ErrorSummary errors={errors} />
      <WriteProblem error={write.error} />
      <Fields
        clients={clients}
        draft={draft}
        errors={errors}
        onDraft={(change) => setDraft({ ...draft, ...change })}
      />
      <Note tone="off">
        <p>{t('ask.payer')}</p>
      </Note>
      <div>
        <Button type="submit" loading={write.isPending}>
          {t('ask.send')}
        </Button>
      </div>
    </form>
  )
}

/** Asks a customer, by code or by mail, to let an API client work on its accounts. The answer never says whether there is such a customer (C1). */
export function NewAskPage() {
  const { partnerId } = useFrame()
  const [sent, setSent] = useState<ConsentAsk | null>(null)
  const clients = useRead(['clients', 'every'], ({ client }, signal) => readEveryClient(client, signal))
  if (sent) return <Sent ask={sent} />
  return (
    <Page
      title={t('asking.title')}
      lead={t('asking.lead')}
      back={{ to: partnerPlaces.granted(partnerId), label: t('nav.granted') }}
    >
      <Answer query={clients}>
        {(items) => {
          const working = items.filter(({ status }) => status === 'active')
          return working.length === 0 ? (
            <p className="muted">
              {t('ask.app_none')}{' '}
              <GoLink to={partnerPlaces.clients(partnerId)}>{t('ask.app_none_go')}</GoLink>
            </p>
          ) : (
            <AskForm clients={working} onSent={setSent} />
          )
        }}
      </Answer>
    </Page>
  )
}

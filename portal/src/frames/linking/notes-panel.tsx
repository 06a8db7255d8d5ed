import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { LiaisonClient, LinkSettings } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { useDraft } from '../shared/draft.ts'

const currencies = ['EUR', 'USD', 'GBP', 'CHF'] as const

type TenantNotes = Awaited<ReturnType<typeof readNotes>>
type NotesProps = {
  linkId: string
  read: TenantNotes
  refetch: () => Promise<{ data: TenantNotes | undefined }>
}

function readNotes(client: LiaisonClient, linkId: string, signal: AbortSignal) {
  return readTagged(
    client.GET('/tenant/partner-access/links/{link_id}/notes', {
      params: { path: { link_id: linkId } },
      signal,
    }),
  )
}

function NotesForm({ linkId, read, refetch }: NotesProps) {
  const known = read.body.notes ?? ''
  const toValue = ({ notes }: { notes: string | null }) => notes ?? ''
  const draft = useDraft({ key: ['notes', linkId], read, refetch, toValue })
  const save = useNotesWrite(linkId)
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate({ notes: draft.value.trim(), etag: draft.etag }, draft.outcome)
      }}
    >
      <WriteProblem error={save.error} />
      {draft.isOvertaken && (
        <Note tone="attention">
          <p>{t('notes.now')}</p>
          <p className="said">{known === '' ? t('notes.now_none') : known}</p>
        </Note>
      )}
      <Textarea
        id="notes"
        aria-label={t('notes.title')}
        description={t('notes.about')}
        rows={3}
        maxLength={4000}
        value={draft.value}
        onChange={(event) => draft.change(event.currentTarget.value)}
      />
      <div>
        <Button
          type="submit"
          variant="light"
          loading={save.isPending}
          disabled={draft.value.trim() === known}
        >
          {t('notes.save')}
        </Button>
      </div>
    </form>
  )
}

function useNotesWrite(linkId: string) {
  return useWrite(
    ({ notes, etag }: { notes: string; etag: string | null }, frame) =>
      readTagged(
        frame.client.PUT('/tenant/partner-access/links/{link_id}/notes', {
          params: { path: { link_id: linkId } },
          headers: { 'If-Match': etag ?? '' },
          body: { notes: notes === '' ? null : notes },
        }),
      ),
    () => showToast(t('notes.saved')),
  )
}

/** What the own organisation notes about an access; the partner reads none of it. */
export function OrgNotes({ linkId }: { linkId: string }) {
  const notes = useRead(['notes', linkId], ({ client }, signal) => readNotes(client, linkId, signal))
  return (
    <Panel title={t('notes.title')}>
      <Answer query={notes} lines={3}>
        {(read) => <NotesForm linkId={linkId} read={read} refetch={notes.refetch} />}
      </Answer>
    </Panel>
  )
}

type Draft = { notes: string; sla: boolean; billing: boolean; amount: string; currency: string }

function toDraft(settings: LinkSettings): Draft {
  const threshold = settings.billing_alert_threshold
  return {
    notes: settings.notes ?? '',
    sla: settings.notify_on_sla_breach,
    billing: settings.notify_on_billing_threshold,
    amount: threshold === null ? '' : String(threshold.amount_minor / 100),
    currency: threshold?.currency ?? 'EUR',
  }
}

function toBody(draft: Draft) {
  const amount = Math.round(Number(draft.amount) * 100)
  return {
    notes: draft.notes.trim() === '' ? null : draft.notes.trim(),
    notify_on_sla_breach: draft.sla,
    notify_on_billing_threshold: draft.billing,
    billing_alert_threshold:
      draft.amount.trim() === '' ? null : { amount_minor: amount, currency: draft.currency },
  }
}

function AlertFields({ draft, onDraft }: { draft: Draft; onDraft: (draft: Draft) => void }) {
  return (
    <fieldset className="stack tight">
      <legend>{t('link_alerts.title')}</legend>
      <Checkbox
        label={t('link_alerts.sla')}
        checked={draft.sla}
        onChange={(event) => onDraft({ ...draft, sla: event.currentTarget.checked })}
      />
      <Checkbox
        label={t('link_alerts.billing')}
        checked={draft.billing}
        onChange={(event) => onDraft({ ...draft, billing: event.currentTarget.checked })}
      />
      {draft.billing && (
        <div className="row">
          <TextInput
            id="amount_minor"
            type="number"
            min={0}
            step="0.01"
            label={t('link_alerts.threshold')}
            value={draft.amount}
            onChange={(event) => onDraft({ ...draft, amount: event.currentTarget.value })}
          />
          <NativeSelect
            id="currency"
            label={t('link_alerts.currency')}
            value={draft.currency}
            data={[...new Set([...currencies, draft.currency])]}
            onChange={(event) => onDraft({ ...draft, currency: event.currentTarget.value })}
          />
        </div>
      )}
    </fieldset>
  )
}

function SettingsForm({ linkId, known }: { linkId: string; known: LinkSettings }) {
  const [draft, setDraft] = useState(toDraft(known))
  const save = useWrite(
    (wanted: Draft, frame) =>
      readBody(
        frame.client.PATCH('/partner/links/{link_id}/settings', {
          params: { path: { link_id: linkId } },
          body: toBody(wanted),
        }),
      ),
    () => showToast(t('link_alerts.saved')),
  )
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(draft)
      }}
    >
      <WriteProblem error={save.error} />
      <Textarea
        id="notes"
        aria-label={t('notes.title')}
        description={t('notes.about')}
        rows={3}
        maxLength={4000}
        value={draft.notes}
        onChange={(event) => setDraft({ ...draft, notes: event.currentTarget.value })}
      />
      <AlertFields draft={draft} onDraft={setDraft} />
      <div>
        <Button type="submit" variant="light" loading={save.isPending}>
          {t('link_alerts.save')}
        </Button>
      </div>
    </form>
  )
}

/** A partner's own notes on a link and which alerts it sends; the tenant reads none of it. */
export function PartnerSettings({ linkId }: { linkId: string }) {
  const settings = useRead(['settings', linkId], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/links/{link_id}/settings', {
        params: { path: { link_id: linkId } },
        signal,
      }),
    ),
  )
  return (
    <Panel title={t('notes.title')}>
      <Answer query={settings} lines={4}>
        {(found) => <SettingsForm linkId={linkId} known={found} />}
      </Answer>
    </Panel>
  )
}

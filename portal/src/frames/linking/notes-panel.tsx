import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readTagged } from '@liaison/client'
import type { LiaisonClient, LinkSettings } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { showToast } from '../../platform/live.ts'
import { formatMoney } from '../../platform/format.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readAmount, writeAmount } from '../shared/amount.ts'
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
        const notes = draft.value.trim()
        if (notes === known) showToast(t('notes.same'))
        else save.mutate({ notes, etag: draft.etag }, draft.outcome)
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
        <Button type="submit" variant="light" loading={save.isPending}>
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
    amount: threshold === null ? '' : writeAmount(threshold),
    currency: threshold?.currency ?? 'EUR',
  }
}

function toBody(draft: Draft) {
  // What is no amount of the currency is sent as none that is taken, so that the field is named in the answer.
  const typed = readAmount(draft.amount, draft.currency) ?? { amount_minor: 0, currency: draft.currency }
  return {
    notes: draft.notes.trim() === '' ? null : draft.notes.trim(),
    notify_on_sla_breach: draft.sla,
    notify_on_billing_threshold: draft.billing,
    billing_alert_threshold: draft.amount.trim() === '' ? null : typed,
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
            step="any"
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

type PartnerRead = Awaited<ReturnType<typeof readSettings>>

function readSettings(client: LiaisonClient, linkId: string, signal: AbortSignal) {
  return readTagged(
    client.GET('/partner/links/{link_id}/settings', { params: { path: { link_id: linkId } }, signal }),
  )
}

function useSettingsWrite(linkId: string) {
  return useWrite(
    ({ draft, etag }: { draft: Draft; etag: string | null }, frame) =>
      readTagged(
        frame.client.PATCH('/partner/links/{link_id}/settings', {
          params: { path: { link_id: linkId } },
          headers: { 'If-Match': etag ?? '' },
          body: toBody(draft),
        }),
      ),
    () => showToast(t('link_alerts.saved')),
  )
}

/** What somebody else saved meanwhile: the notes, and which alerts are on. */
function Meanwhile({ settings }: { settings: LinkSettings }) {
  const { notes, notify_on_sla_breach: sla, notify_on_billing_threshold: billing } = settings
  const threshold = settings.billing_alert_threshold
  const amount = threshold === null ? '' : ` (${formatMoney(threshold)})`
  return (
    <Note tone="attention">
      <p>{t('notes.now')}</p>
      <p className="said">{notes ?? t('notes.now_none')}</p>
      {sla && <p>{t('link_alerts.sla')}</p>}
      {billing && <p>{t('link_alerts.billing') + amount}</p>}
    </Note>
  )
}

type SettingsProps = {
  linkId: string
  read: PartnerRead
  refetch: () => Promise<{ data: PartnerRead | undefined }>
}

function SettingsForm({ linkId, read, refetch }: SettingsProps) {
  const held = useDraft({ key: ['settings', linkId], read, refetch, toValue: toDraft })
  const { value: draft, change: setDraft } = held
  const save = useSettingsWrite(linkId)
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate({ draft, etag: held.etag }, held.outcome)
      }}
    >
      <WriteProblem error={save.error} />
      {held.isOvertaken && <Meanwhile settings={read.body} />}
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
  const settings = useRead(['settings', linkId], ({ client }, signal) => readSettings(client, linkId, signal))
  return (
    <Panel title={t('notes.title')}>
      <Answer query={settings} lines={4}>
        {(read) => <SettingsForm linkId={linkId} read={read} refetch={settings.refetch} />}
      </Answer>
    </Panel>
  )
}

import { ACTION_NAMES } from '@liaison/access'
import type { Action } from '@liaison/access'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { TenantConsent, TenantConsentDetail } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { useNow } from '../../platform/clock.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { sentenceOfAction } from '../shared/access-words.ts'
import { endOfDay } from '../shared/last-day.ts'
import { Ticks } from '../shared/ticks.tsx'

type Leaves = TenantConsent['approver_leaves']
const leaves: readonly Leaves[] = ['suspend', 'ask', 'keep']

type Held = Pick<TenantConsent, 'actions' | 'accounts' | 'ends_at' | 'approver_leaves'>
export type NarrowDraft = {
  actions: readonly Action[]
  accounts: readonly string[]
  day: string
  leaves: Leaves
}
type Narrowing = {
  actions?: Action[]
  billing_account_ids?: string[]
  ends_at?: string
  approver_leaves?: Leaves
}

/** Only what differs from what is held; nothing at all when the draft changes nothing. */
export function toNarrowing(held: Held, draft: NarrowDraft): Narrowing {
  const end = endOfDay(draft.day)
  return {
    ...(draft.actions.length < held.actions.length ? { actions: [...draft.actions] } : {}),
    ...(draft.accounts.length < held.accounts.length ? { billing_account_ids: [...draft.accounts] } : {}),
    ...(end === null ? {} : { ends_at: end.toISOString() }),
    ...(draft.leaves === held.approver_leaves ? {} : { approver_leaves: draft.leaves }),
  }
}

/** What stands against a draft, before anything is sent. */
export function checkNarrowing(held: Held, draft: NarrowDraft, now: Date): FormError[] {
  const end = draft.day === '' ? null : endOfDay(draft.day)
  const isBadDay = draft.day !== '' && (end === null || end <= now || end > new Date(held.ends_at))
  const errors: FormError[] = [
    ...(draft.actions.length === 0 ? [{ field: 'actions', text: t('consent.narrow_empty_actions') }] : []),
    ...(draft.accounts.length === 0
      ? [{ field: 'billing_account_ids', text: t('consent.narrow_empty_accounts') }]
      : []),
    ...(isBadDay ? [{ field: 'ends_at', text: t('consent.narrow_day') }] : []),
  ]
  const isSame = Object.keys(toNarrowing(held, draft)).length === 0
  return errors.length === 0 && isSame ? [{ field: 'actions', text: t('consent.narrow_nothing') }] : errors
}

type FieldsProps = {
  held: Held
  draft: NarrowDraft
  errors: readonly FormError[]
  onDraft: (draft: NarrowDraft) => void
}

function Fields({ held, draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <Ticks
        id="actions"
        legend={t('consent.narrow_actions')}
        entries={ACTION_NAMES.filter((name) => held.actions.includes(name)).map((name) => ({
          value: name,
          label: sentenceOfAction(name),
        }))}
        ticked={draft.actions}
        onTicked={(actions) => onDraft({ ...draft, actions })}
      />
      <Ticks
        id="billing_account_ids"
        legend={t('consent.narrow_accounts')}
        entries={held.accounts.map((account) => ({
          value: account.billing_account_id,
          label: account.name === null ? account.ban : `${account.name} (${account.ban})`,
        }))}
        ticked={draft.accounts}
        onTicked={(accounts) => onDraft({ ...draft, accounts })}
      />
      <TextInput
        id="ends_at"
        type="date"
        label={t('consent.narrow_until')}
        value={draft.day}
        max={held.ends_at.slice(0, 10)}
        error={errorOf(errors, 'ends_at')}
        onChange={(event) => onDraft({ ...draft, day: event.currentTarget.value })}
      />
      <NativeSelect
        id="approver_leaves"
        label={t('consent.approver_leaves')}
        value={draft.leaves}
        onChange={(event) => {
          const next = leaves.find((word) => word === event.currentTarget.value)
          if (next !== undefined) onDraft({ ...draft, leaves: next })
        }}
      >
        {leaves.map((word) => (
          <option key={word} value={word}>
            {tValue('leaves', word)}
          </option>
        ))}
      </NativeSelect>
    </>
  )
}

type NarrowFormProps = { consent: TenantConsentDetail; etag: string | null }

/** Makes the access of an app smaller: fewer acts, fewer accounts, an earlier end. It holds from the next call. */
export function ConsentNarrowForm({ consent, etag }: NarrowFormProps) {
  const [draft, setDraft] = useState<NarrowDraft>({
    actions: consent.actions,
    accounts: consent.accounts.map((account) => account.billing_account_id),
    day: '',
    leaves: consent.approver_leaves,
  })
  const now = useNow(60_000)
  const [errors, setErrors] = useState<FormError[]>([])
  const partner = consent.partner_name
  const write = useWrite(
    (wanted: Narrowing, frame) =>
      readBody(
        frame.client.PATCH('/tenant/consents/{consent_id}', {
          params: { path: { consent_id: consent.consent_id } },
          headers: { 'If-Match': etag ?? '' },
          body: wanted,
        }),
      ),
    () => showToast(t('narrow.done', { partner })),
  )
  return (
    <Panel title={t('narrow.title')}>
      <form
        className="stack tight"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          const found = checkNarrowing(consent, draft, now)
          setErrors(found)
          if (found.length === 0) write.mutate(toNarrowing(consent, draft))
        }}
      >
        <p className="muted">{t('consent.narrow_text', { partner })}</p>
        <ErrorSummary errors={errors} />
        <WriteProblem error={write.error} />
        <Fields held={consent} draft={draft} errors={errors} onDraft={setDraft} />
        <div>
          <Button type="submit" variant="light" loading={write.isPending}>
            {t('narrow.apply', { partner })}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

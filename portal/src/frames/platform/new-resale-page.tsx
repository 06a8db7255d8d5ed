import { ACTION_NAMES } from '@liaison/access'
import type { Action } from '@liaison/access'
import { Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Finder } from '../../parts/finder.tsx'
import type { Found } from '../../parts/finder.tsx'
import { Page } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useNow } from '../../platform/clock.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { sentenceOfAction } from '../shared/access-words.ts'
import { endOfDay } from '../../platform/last-day.ts'
import { linesOf } from '../shared/lines.ts'
import { Ticks } from '../shared/ticks.tsx'
import { missing } from './form-words.ts'
import { findPartners, findTenants } from './finds.ts'

type Draft = {
  partner: Found | null
  tenant: Found | null
  bans: string
  agreement: string
  actions: Action[]
  day: string
}

function checkDraft(draft: Draft, now: Date): FormError[] {
  const end = endOfDay(draft.day)
  return [
    ...missing('partner_id', t('resales.wholesaler'), draft.partner !== null),
    ...missing('tenant_id', t('resales.customer'), draft.tenant !== null),
    ...missing('bans', t('resales.bans'), linesOf(draft.bans).length > 0),
    ...missing('agreement_reference', t('resale.agreement'), draft.agreement.trim() !== ''),
    ...missing('actions', t('resales.actions'), draft.actions.length > 0),
    ...(end === null || end <= now ? [{ field: 'ends_at', text: t('field.day_wrong') }] : []),
  ]
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

function Parties({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <Finder
        id="partner_id"
        kind="partner"
        label={t('resales.wholesaler')}
        find={findPartners}
        chosen={draft.partner}
        error={errorOf(errors, 'partner_id')}
        onChosen={(partner) => onDraft({ ...draft, partner })}
      />
      <Finder
        id="tenant_id"
        kind="tenant"
        label={t('resales.customer')}
        find={findTenants}
        chosen={draft.tenant}
        error={errorOf(errors, 'tenant_id')}
        onChosen={(tenant) => onDraft({ ...draft, tenant })}
      />
      <Textarea
        id="bans"
        label={t('resales.bans')}
        rows={3}
        value={draft.bans}
        error={errorOf(errors, 'bans')}
        onChange={(event) => onDraft({ ...draft, bans: event.currentTarget.value })}
      />
    </>
  )
}

function Terms({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="agreement_reference"
        label={t('resale.agreement')}
        value={draft.agreement}
        maxLength={100}
        error={errorOf(errors, 'agreement_reference')}
        onChange={(event) => onDraft({ ...draft, agreement: event.currentTarget.value })}
      />
      <Ticks
        id="actions"
        legend={t('resales.actions')}
        entries={ACTION_NAMES.map((name) => ({ value: name, label: sentenceOfAction(name) }))}
        ticked={draft.actions}
        onTicked={(actions) => onDraft({ ...draft, actions })}
      />
      <TextInput
        id="ends_at"
        type="date"
        label={t('resales.until')}
        value={draft.day}
        error={errorOf(errors, 'ends_at')}
        onChange={(event) => onDraft({ ...draft, day: event.currentTarget.value })}
      />
    </>
  )
}

const blank: Draft = { partner: null, tenant: null, bans: '', agreement: '', actions: [], day: '' }

function useAttest(draft: Draft) {
  const go = useGo()
  const attempt = useAttemptKey(draft)
  return useWrite(
    (wanted: Draft, frame) =>
      readBody(
        frame.client.POST('/admin/resales', {
          headers: { 'Idempotency-Key': attempt },
          body: {
            partner_id: wanted.partner?.id ?? '',
            tenant_id: wanted.tenant?.id ?? '',
            bans: linesOf(wanted.bans),
            agreement_reference: wanted.agreement.trim(),
            actions: wanted.actions,
            ends_at: endOfDay(wanted.day)?.toISOString() ?? '',
          },
        }),
      ),
    (made) => {
      showToast(t('resales.done', { partner: made.partner_name ?? '' }))
      go(platformPlaces.resales())
    },
  )
}

/** Attests that a wholesaler manages accounts of an end customer under an agreement that was accepted. */
export function NewResalePage() {
  const now = useNow(60_000)
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useAttest(draft)
  return (
    <Page
      title={t('resales.attest')}
      lead={t('resales.attest_lead')}
      back={{ to: platformPlaces.resales(), label: t('nav.resales') }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('resales.attest')}
        onSend={() => {
          const found = checkDraft(draft, now)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <Parties draft={draft} errors={errors} onDraft={setDraft} />
        <Terms draft={draft} errors={errors} onDraft={setDraft} />
      </WriteForm>
    </Page>
  )
}

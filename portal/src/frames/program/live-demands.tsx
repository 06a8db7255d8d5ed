import './program-words.ts'
import { TextInput } from '@mantine/core'
import { readTagged } from '@liaison/client'
import type { ProgramSettings } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { fact, Facts } from '../../parts/page.tsx'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { lastSetOf, SettingsAnswer } from './settings-answer.tsx'
import { Setting } from './setting.tsx'

const MOST_DAYS = 3650

type Draft = { needsAgreement: boolean; days: string }

function check({ days }: Draft): FormError[] {
  const count = Number(days)
  return /^\d{1,4}$/.test(days) && count >= 1 && count <= MOST_DAYS
    ? []
    : [{ field: 'contact_kept_days', text: t('demands.days_wrong') }]
}

function useSave(etag: string | null) {
  return useWrite(
    ({ needsAgreement, days }: Draft, { client }) =>
      readTagged(
        client.PUT('/admin/program-settings', {
          headers: { 'If-Match': etag ?? '' },
          body: { live_needs_agreement: needsAgreement, contact_kept_days: Number(days) },
        }),
      ),
    () => showToast(t('program_settings.done')),
  )
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (change: Partial<Draft>) => void }

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={draft.needsAgreement}
          onChange={(event) => onDraft({ needsAgreement: event.currentTarget.checked })}
        />
        {t('demands.live_needs')}
      </label>
      <TextInput
        id="contact_kept_days"
        label={t('demands.days')}
        description={t('demands.days_about')}
        inputMode="numeric"
        value={draft.days}
        maxLength={4}
        error={errorOf(errors, 'contact_kept_days')}
        onChange={(event) => onDraft({ days: event.currentTarget.value })}
      />
    </>
  )
}

function Form({ settings, etag }: { settings: ProgramSettings; etag: string | null }) {
  const [draft, setDraft] = useState<Draft>({
    needsAgreement: settings.live_needs_agreement,
    days: String(settings.contact_kept_days),
  })
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useSave(etag)
  return (
    <Setting
      title={t('demands.title')}
      about={t('demands.about')}
      lastSet={lastSetOf(settings)}
      mayChange={useMay('platform.agreements.approve')}
      errors={errors}
      isBusy={write.isPending}
      error={write.error}
      now={
        <Facts
          facts={[
            fact(
              t('demands.live'),
              t(settings.live_needs_agreement ? 'demands.live_yes' : 'demands.live_no'),
            ),
            fact(t('demands.days'), settings.contact_kept_days),
          ]}
        />
      }
      onSave={() => {
        const found = check(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <Fields draft={draft} errors={errors} onDraft={(change) => setDraft({ ...draft, ...change })} />
    </Setting>
  )
}

/** What a live API client needs, and how long contact addresses of sign-ups are kept. */
export function LiveDemands() {
  return <SettingsAnswer>{(settings, etag) => <Form settings={settings} etag={etag} />}</SettingsAnswer>
}

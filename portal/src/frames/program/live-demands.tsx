import './program-words.ts'
import { TextInput } from '@mantine/core'
import type { ProgramSettings } from '@liaison/client'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { fact, Facts } from '../../parts/page.tsx'
import { useMay } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { lastSetOf, SettingsAnswer, useSettingsWrite } from './settings-answer.tsx'
import { Setting, useSettingForm } from './setting.tsx'

const MOST_DAYS = 3650

type Draft = { needsAgreement: boolean; days: string }

const draftOf = (settings: ProgramSettings): Draft => ({
  needsAgreement: settings.live_needs_agreement,
  days: String(settings.contact_kept_days),
})

function check({ days }: Draft): FormError[] {
  const count = Number(days)
  return /^\d{1,4}$/.test(days) && count >= 1 && count <= MOST_DAYS
    ? []
    : [{ field: 'contact_kept_days', text: t('demands.days_wrong') }]
}

const toSettings = ({ needsAgreement, days }: Draft) => ({
  live_needs_agreement: needsAgreement,
  contact_kept_days: Number(days),
})

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
  const write = useSettingsWrite(settings, etag, toSettings)
  const { draft, change, shown } = useSettingForm(() => draftOf(settings), check, write)
  return (
    <Setting
      title={t('demands.title')}
      about={t('demands.about')}
      lastSet={lastSetOf(settings)}
      mayChange={useMay('platform.agreements.approve')}
      {...shown}
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
    >
      <Fields draft={draft} errors={shown.errors} onDraft={change} />
    </Setting>
  )
}

/** What a live API client needs, and how long contact addresses of sign-ups are kept. */
export function LiveDemands() {
  return (
    <SettingsAnswer draftOf={draftOf}>
      {(settings, etag) => <Form settings={settings} etag={etag} />}
    </SettingsAnswer>
  )
}

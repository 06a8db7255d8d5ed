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

const touches = ['last_touch', 'first_touch'] as const
type Touch = (typeof touches)[number]
type Draft = { touch: Touch; zone: string; days: string }
const MOST_DAYS = 730

function useSave(settings: ProgramSettings, etag: string | null) {
  return useWrite(
    ({ touch, zone, days }: Draft, { client }) =>
      readTagged(
        client.PUT('/admin/program-settings', {
          headers: { 'If-Match': etag ?? '' },
          body: {
            live_needs_agreement: settings.live_needs_agreement,
            contact_kept_days: settings.contact_kept_days,
            attribution_model: touch,
            time_zone: zone.trim(),
            deal_protected_days: Number(days),
          },
        }),
      ),
    () => showToast(t('program_settings.done')),
  )
}

const isDays = (days: string) => /^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= MOST_DAYS

const check = ({ zone, days }: Draft): FormError[] => [
  ...(zone.trim() === '' ? [{ field: 'program_zone', text: t('counting.zone_wrong') }] : []),
  ...(isDays(days) ? [] : [{ field: 'deal_days', text: t('counting.deal_days_wrong') }]),
]

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (change: Partial<Draft>) => void }

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <fieldset className="stack tight">
        <legend>{t('counting.touch')}</legend>
        {touches.map((touch) => (
          <label key={touch} className="check">
            <input
              type="radio"
              name="attribution_model"
              checked={touch === draft.touch}
              onChange={() => onDraft({ touch })}
            />
            <span>{t(`counting.${touch}`)}</span>
          </label>
        ))}
        <p className="small muted">{t('counting.touch_about')}</p>
      </fieldset>
      <TextInput
        id="program_zone"
        label={t('counting.zone')}
        description={t('counting.zone_about')}
        value={draft.zone}
        maxLength={64}
        error={errorOf(errors, 'program_zone')}
        onChange={(event) => onDraft({ zone: event.currentTarget.value })}
      />
      <TextInput
        id="deal_days"
        label={t('counting.deal_days')}
        description={t('counting.deal_days_about')}
        inputMode="numeric"
        value={draft.days}
        maxLength={3}
        error={errorOf(errors, 'deal_days')}
        onChange={(event) => onDraft({ days: event.currentTarget.value })}
      />
    </>
  )
}

function Others({ count }: { count: number }) {
  return count === 0 ? null : <p>{t('counting.others', { count })}</p>
}

function Form({ settings, etag }: { settings: ProgramSettings; etag: string | null }) {
  const { attribution_model: before, time_zone: zone, other_attribution_agreements: others } = settings
  const [draft, setDraft] = useState<Draft>({
    touch: before,
    zone,
    days: String(settings.deal_protected_days),
  })
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useSave(settings, etag)
  return (
    <Setting
      title={t('counting.title')}
      about={t('counting.about')}
      lastSet={lastSetOf(settings)}
      mayChange={useMay('platform.agreements.approve')}
      errors={errors}
      isBusy={write.isPending}
      error={write.error}
      now={
        <>
          <Facts
            facts={[
              fact(t('counting.touch'), t(`counting.${before}`)),
              fact(t('counting.zone'), zone),
              fact(t('counting.deal_days'), String(settings.deal_protected_days)),
            ]}
          />
          <Others count={others} />
        </>
      }
      onSave={() => {
        const found = check(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <Others count={others} />
      <Fields draft={draft} errors={errors} onDraft={(change) => setDraft({ ...draft, ...change })} />
    </Setting>
  )
}

/** Which partner is counted when a customer followed links of several, and whose days and months count. */
export function Counting() {
  return <SettingsAnswer>{(settings, etag) => <Form settings={settings} etag={etag} />}</SettingsAnswer>
}

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

const touches = ['last_touch', 'first_touch'] as const
type Touch = (typeof touches)[number]
type Draft = { touch: Touch; zone: string; days: string; bySignUps: boolean; byEarnings: boolean }
const MOST_DAYS = 730

const draftOf = (settings: ProgramSettings): Draft => ({
  touch: settings.attribution_model,
  zone: settings.time_zone,
  days: String(settings.deal_protected_days),
  bySignUps: settings.shows_sign_up_ranks,
  byEarnings: settings.shows_earning_ranks,
})

const toSettings = ({ touch, zone, days, bySignUps, byEarnings }: Draft) => ({
  attribution_model: touch,
  time_zone: zone.trim(),
  deal_protected_days: Number(days),
  shows_sign_up_ranks: bySignUps,
  shows_earning_ranks: byEarnings,
})

const isDays = (days: string) => /^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= MOST_DAYS

const check = ({ zone, days }: Draft): FormError[] => [
  ...(zone.trim() === '' ? [{ field: 'program_zone', text: t('counting.zone_wrong') }] : []),
  ...(isDays(days) ? [] : [{ field: 'deal_days', text: t('counting.deal_days_wrong') }]),
]

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (change: Partial<Draft>) => void }

const ranks = [
  { field: 'bySignUps', word: 'counting.ranks_sign_ups' },
  { field: 'byEarnings', word: 'counting.ranks_earnings' },
] as const

/** Whether partners see how they rank, and by what. */
function Ranks({ draft, onDraft }: Omit<FieldsProps, 'errors'>) {
  return (
    <fieldset className="stack tight">
      <legend>{t('counting.ranks')}</legend>
      {ranks.map(({ field, word }) => (
        <label key={field} className="check">
          <input
            type="checkbox"
            checked={draft[field]}
            onChange={(event) => onDraft({ [field]: event.currentTarget.checked })}
          />
          <span>{t(word)}</span>
        </label>
      ))}
      <p className="small muted">{t('counting.ranks_about')}</p>
    </fieldset>
  )
}

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
      <Ranks draft={draft} onDraft={onDraft} />
    </>
  )
}

const tellRanks = (settings: ProgramSettings): string =>
  [
    ...(settings.shows_sign_up_ranks ? [t('counting.ranks_sign_ups')] : []),
    ...(settings.shows_earning_ranks ? [t('counting.ranks_earnings')] : []),
  ].join(', ') || t('counting.ranks_none')

function Others({ count }: { count: number }) {
  return count === 0 ? null : <p>{t('counting.others', { count })}</p>
}

function Form({ settings, etag }: { settings: ProgramSettings; etag: string | null }) {
  const { attribution_model: before, time_zone: zone, other_attribution_agreements: others } = settings
  const write = useSettingsWrite(settings, etag, toSettings)
  const { draft, change, shown } = useSettingForm(() => draftOf(settings), check, write)
  return (
    <Setting
      title={t('counting.title')}
      about={t('counting.about')}
      lastSet={lastSetOf(settings)}
      mayChange={useMay('platform.agreements.approve')}
      {...shown}
      now={
        <>
          <Facts
            facts={[
              fact(t('counting.touch'), t(`counting.${before}`)),
              fact(t('counting.zone'), zone),
              fact(t('counting.deal_days'), String(settings.deal_protected_days)),
              fact(t('counting.ranks'), tellRanks(settings)),
            ]}
          />
          <Others count={others} />
        </>
      }
    >
      <Others count={others} />
      <Fields draft={draft} errors={shown.errors} onDraft={change} />
    </Setting>
  )
}

/** Which partner is counted when a customer followed links of several, and whose days and months count. */
export function Counting() {
  return (
    <SettingsAnswer draftOf={draftOf}>
      {(settings, etag) => <Form settings={settings} etag={etag} />}
    </SettingsAnswer>
  )
}

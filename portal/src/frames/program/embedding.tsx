import './program-words.ts'
import { Textarea } from '@mantine/core'
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

type Draft = { isOn: boolean; sites: string }

const sitesOf = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.trim().toLowerCase())
      .filter((line) => line !== ''),
  ),
]

/** Which of them the server takes it says itself; this tells an address with a path from a site. */
const isSite = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text

const check = ({ sites }: Draft): FormError[] =>
  sitesOf(sites).every(isSite) ? [] : [{ field: 'dashboard_origins', text: t('embedding.site_wrong') }]

function useSave(settings: ProgramSettings, etag: string | null) {
  return useWrite(
    ({ isOn, sites }: Draft, { client }) =>
      readTagged(
        client.PUT('/admin/program-settings', {
          headers: { 'If-Match': etag ?? '' },
          body: {
            live_needs_agreement: settings.live_needs_agreement,
            contact_kept_days: settings.contact_kept_days,
            embeds_dashboard: isOn,
            dashboard_origins: sitesOf(sites),
          },
        }),
      ),
    () => showToast(t('program_settings.done')),
  )
}

function Form({ settings, etag }: { settings: ProgramSettings; etag: string | null }) {
  const { embeds_dashboard: isOn, dashboard_origins: origins } = settings
  const [draft, setDraft] = useState<Draft>({ isOn, sites: origins.join('\n') })
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useSave(settings, etag)
  return (
    <Setting
      title={t('embedding.title')}
      about={t('embedding.about')}
      lastSet={lastSetOf(settings)}
      mayChange={useMay('platform.agreements.approve')}
      errors={errors}
      isBusy={write.isPending}
      error={write.error}
      now={
        <Facts
          facts={[
            fact(t('embedding.state'), t(isOn ? 'embedding.yes' : 'embedding.no')),
            fact(t('embedding.sites'), origins.join(', ') || t('embedding.no_site')),
          ]}
        />
      }
      onSave={() => {
        const found = check(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <label className="check">
        <input
          type="checkbox"
          checked={draft.isOn}
          onChange={(event) => setDraft({ ...draft, isOn: event.currentTarget.checked })}
        />
        <span>{t('embedding.on')}</span>
      </label>
      <Textarea
        id="dashboard_origins"
        label={t('embedding.sites')}
        description={t('embedding.sites_about')}
        rows={3}
        spellCheck={false}
        value={draft.sites}
        error={errorOf(errors, 'dashboard_origins')}
        onChange={(event) => setDraft({ ...draft, sites: event.currentTarget.value })}
      />
    </Setting>
  )
}

/** Whether products of the provider show partners their figures, and on which sites. */
export function Embedding() {
  return <SettingsAnswer>{(settings, etag) => <Form settings={settings} etag={etag} />}</SettingsAnswer>
}

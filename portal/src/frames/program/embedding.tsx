import './program-words.ts'
import { Textarea } from '@mantine/core'
import type { ProgramSettings } from '@liaison/client'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { fact, Facts } from '../../parts/page.tsx'
import { useMay } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { lastSetOf, SettingsAnswer, useSettingsWrite } from './settings-answer.tsx'
import { Setting, useSettingForm } from './setting.tsx'

type Draft = { isOn: boolean; sites: string }

const draftOf = (settings: ProgramSettings): Draft => ({
  isOn: settings.embeds_dashboard,
  sites: settings.dashboard_origins.join('\n'),
})

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

const toSettings = ({ isOn, sites }: Draft) => ({
  embeds_dashboard: isOn,
  dashboard_origins: sitesOf(sites),
})

function Form({ settings, etag }: { settings: ProgramSettings; etag: string | null }) {
  const { embeds_dashboard: isOn, dashboard_origins: origins } = settings
  const write = useSettingsWrite(settings, etag, toSettings)
  const { draft, change, shown } = useSettingForm(() => draftOf(settings), check, write)
  return (
    <Setting
      title={t('embedding.title')}
      about={t('embedding.about')}
      lastSet={lastSetOf(settings)}
      mayChange={useMay('platform.agreements.approve')}
      {...shown}
      now={
        <Facts
          facts={[
            fact(t('embedding.state'), t(isOn ? 'embedding.yes' : 'embedding.no')),
            fact(t('embedding.sites'), origins.join(', ') || t('embedding.no_site')),
          ]}
        />
      }
    >
      <label className="check">
        <input
          type="checkbox"
          checked={draft.isOn}
          onChange={(event) => change({ isOn: event.currentTarget.checked })}
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
        error={errorOf(shown.errors, 'dashboard_origins')}
        onChange={(event) => change({ sites: event.currentTarget.value })}
      />
    </Setting>
  )
}

/** Whether products of the provider show partners their figures, and on which sites. */
export function Embedding() {
  return (
    <SettingsAnswer draftOf={draftOf}>
      {(settings, etag) => <Form settings={settings} etag={etag} />}
    </SettingsAnswer>
  )
}

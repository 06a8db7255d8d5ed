import './program-words.ts'
import { Textarea, TextInput } from '@mantine/core'
import { readTagged } from '@liaison/client'
import type { ReferralSettings } from '@liaison/client'

import { errorOf } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { fact, Facts } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { Setting, useSettingForm } from './setting.tsx'

type Draft = { page: string; hosts: string }

const hostsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line !== '')

function check({ page }: Draft): FormError[] {
  return page.trim() === '' || /^https:\/\/\S+$/.test(page.trim())
    ? []
    : [{ field: 'default_url', text: t('link_targets.page_wrong') }]
}

function useSave(etag: string | null) {
  return useWrite(
    ({ page, hosts }: Draft, { client }) =>
      readTagged(
        client.PUT('/admin/referral-settings', {
          headers: { 'If-Match': etag ?? '' },
          body: {
            default_url: page.trim() === '' ? null : page.trim(),
            allowed_hosts: [...new Set(hostsOf(hosts))],
          },
        }),
      ),
    () => showToast(t('program_settings.done')),
  )
}

function Form({ settings, etag }: { settings: ReferralSettings; etag: string | null }) {
  const { draft, change, shown } = useSettingForm<Draft>(
    () => ({ page: settings.default_url ?? '', hosts: settings.allowed_hosts.join('\n') }),
    check,
    useSave(etag),
  )
  return (
    <Setting
      title={t('link_targets.title')}
      about={t('link_targets.about')}
      mayChange={useMay('platform.referrals.manage')}
      {...shown}
      now={
        <Facts
          facts={[
            fact(t('link_targets.page'), settings.default_url ?? t('link_targets.front_page')),
            fact(t('link_targets.hosts'), settings.allowed_hosts.join(', ') || t('link_targets.no_host')),
          ]}
        />
      }
    >
      <TextInput
        id="default_url"
        label={t('link_targets.page')}
        description={t('link_targets.page_about')}
        value={draft.page}
        maxLength={500}
        error={errorOf(shown.errors, 'default_url')}
        onChange={(event) => change({ page: event.currentTarget.value })}
      />
      <Textarea
        id="allowed_hosts"
        label={t('link_targets.hosts')}
        description={t('link_targets.hosts_about')}
        rows={4}
        spellCheck={false}
        value={draft.hosts}
        onChange={(event) => change({ hosts: event.currentTarget.value })}
      />
    </Setting>
  )
}

/** Where the links of codes may lead, so that none of them is an open door to any address. */
export function LinkTargets() {
  const settings = useRead(['referral-settings'], (frame, signal) =>
    readTagged(frame.client.GET('/admin/referral-settings', { signal })),
  )
  return (
    <Answer query={settings} lines={4}>
      {(found) => (
        <KeptForm value={found} version={found.etag}>
          {({ body, etag }) => <Form settings={body} etag={etag} />}
        </KeptForm>
      )}
    </Answer>
  )
}

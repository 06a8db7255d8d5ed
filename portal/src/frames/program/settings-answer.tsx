import './program-words.ts'
import { readTagged } from '@liaison/client'
import type { ProgramSettings } from '@liaison/client'
import type { ReactNode } from 'react'

import { KeptForm } from '../../parts/kept-form.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatDate } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { formKey } from '../shared/form-key.ts'

/** Who set this version of the program's settings, as a sentence. */
export function lastSetOf({ version, set_by_name: name, set_at: at }: ProgramSettings): string {
  return t('program_settings.set_by', { version, name, date: formatDate(at) })
}

type Changed = Partial<
  Omit<ProgramSettings, 'version' | 'set_by_name' | 'set_at' | 'other_attribution_agreements'>
>

/** Writes what a draft changes over the version that was read; all else stays as it is. */
export function useSettingsWrite<Draft>(
  { live_needs_agreement, contact_kept_days }: ProgramSettings,
  etag: string | null,
  changed: (draft: Draft) => Changed,
) {
  return useWrite(
    (draft: Draft, { client }) =>
      readTagged(
        client.PUT('/admin/program-settings', {
          headers: { 'If-Match': etag ?? '' },
          body: { live_needs_agreement, contact_kept_days, ...changed(draft) },
        }),
      ),
    () => showToast(t('program_settings.done')),
  )
}

type SettingsAnswerProps = {
  /** Which of them are edited here. */
  draftOf: (settings: ProgramSettings) => unknown
  children: (settings: ProgramSettings, etag: string | null) => ReactNode
}

/** What is shown of the program's settings; begun anew when those that are edited here have changed and nothing is being entered. */
export function SettingsAnswer({ draftOf, children }: SettingsAnswerProps) {
  const settings = useRead(['program-settings'], (frame, signal) =>
    readTagged(frame.client.GET('/admin/program-settings', { signal })),
  )
  return (
    <Answer query={settings} lines={4}>
      {(found) => (
        <KeptForm value={found} version={formKey(draftOf(found.body))}>
          {({ body, etag }) => children(body, etag)}
        </KeptForm>
      )}
    </Answer>
  )
}

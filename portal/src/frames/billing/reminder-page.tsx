import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ReminderSetting } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

const modes = ['customer', 'tenant', 'off'] as const

type Fields = { reminders: ReminderSetting['reminders']; replyTo: string; note: string }

function useSave(version: number) {
  return useWrite(
    (wanted: Fields, frame) =>
      readBody(
        frame.client.PUT('/tenant/billing/reminder-setting', {
          headers: { 'If-Match': `"v${String(version)}"` },
          body: {
            reminders: wanted.reminders,
            reply_to: wanted.replyTo.trim() === '' ? null : wanted.replyTo.trim(),
            note: wanted.note.trim() === '' ? null : wanted.note.trim(),
          },
        }),
      ),
    () => showToast(t('setting.saved')),
  )
}

type SettingFieldsProps = { fields: Fields; onFields: (some: Partial<Fields>) => void; isReadOnly: boolean }

function SettingFields({ fields, onFields, isReadOnly }: SettingFieldsProps) {
  const { name } = useFrame()
  return (
    <>
      <NativeSelect
        id="reminders"
        label={t('setting.who')}
        value={fields.reminders}
        disabled={isReadOnly}
        onChange={(event) =>
          onFields({ reminders: modes.find((mode) => mode === event.currentTarget.value) ?? 'off' })
        }
      >
        {modes.map((mode) => (
          <option key={mode} value={mode}>
            {t(`setting.${mode}`, { tenant: name })}
          </option>
        ))}
      </NativeSelect>
      <TextInput
        id="reply_to"
        type="email"
        label={t('setting.reply_to')}
        description={t('setting.reply_to_about')}
        maxLength={254}
        value={fields.replyTo}
        disabled={isReadOnly}
        onChange={(event) => onFields({ replyTo: event.currentTarget.value })}
      />
      <Textarea
        id="note"
        label={t('setting.note')}
        description={t('setting.note_about')}
        rows={4}
        maxLength={1000}
        value={fields.note}
        disabled={isReadOnly}
        onChange={(event) => onFields({ note: event.currentTarget.value })}
      />
    </>
  )
}

function SettingForm({ setting }: { setting: ReminderSetting }) {
  const { name } = useFrame()
  const mayWrite = useMay('tenant.billing.manage')
  const [fields, setFields] = useState<Fields>({
    reminders: setting.reminders,
    replyTo: setting.reply_to ?? '',
    note: setting.note ?? '',
  })
  const write = useSave(setting.version)
  return (
    <form
      className="stack form"
      onSubmit={(event) => {
        event.preventDefault()
        write.mutate(fields)
      }}
    >
      <WriteProblem error={write.error} />
      <SettingFields
        fields={fields}
        isReadOnly={!mayWrite}
        onFields={(some) => setFields((before) => ({ ...before, ...some }))}
      />
      {mayWrite && (
        <div>
          <Button type="submit" loading={write.isPending}>
            {t('setting.save', { tenant: name })}
          </Button>
        </div>
      )}
    </form>
  )
}

/** Whether and to whom partners may send reminders of the organisation's invoices. */
export function ReminderPage() {
  const { name, tenantId } = useFrame()
  const setting = useRead(['reminder-setting'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/billing/reminder-setting', { signal })),
  )
  return (
    <Page
      title={t('setting.title')}
      lead={t('setting.lead', { tenant: name })}
      back={{ to: orgPlaces.billing(tenantId), label: t('nav.billing') }}
    >
      <Answer query={setting} lines={5}>
        {(found) => (
          <KeptForm value={found} version={found.version}>
            {(held) => <SettingForm setting={held} />}
          </KeptForm>
        )}
      </Answer>
    </Page>
  )
}

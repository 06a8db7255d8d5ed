import { NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { Page } from '../../parts/page.tsx'
import { SecretPage } from '../../parts/secret-page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

const durations = ['1', '7', '14', '30', '90'] as const

type Draft = { note: string; days: string }

const secretWords = () => ({
  title: t('invite_codes.secret_title'),
  text: t('invite_codes.secret_text'),
  label: t('invite_codes.secret_label'),
  stored: t('invite_codes.secret_stored'),
  missing: t('invite_codes.secret_missing'),
  done: t('invite_codes.secret_done'),
})

function Fields({ draft, onDraft }: { draft: Draft; onDraft: (draft: Draft) => void }) {
  return (
    <>
      <TextInput
        id="note"
        label={t('invite_codes.note')}
        description={t('invite_codes.note_about')}
        maxLength={100}
        autoComplete="off"
        value={draft.note}
        onChange={(event) => onDraft({ ...draft, note: event.currentTarget.value })}
      />
      <NativeSelect
        id="days"
        label={t('invite_codes.days')}
        value={draft.days}
        onChange={(event) => onDraft({ ...draft, days: event.currentTarget.value })}
      >
        {durations.map((days) => (
          <option key={days} value={days}>
            {t('invite_codes.days_option', { count: Number(days) })}
          </option>
        ))}
      </NativeSelect>
    </>
  )
}

/** Makes a code with which one partner may ask for access; it is shown once, right after (B1). */
export function NewInvitationCodePage() {
  const { tenantId } = useFrame()
  const go = useGo()
  const [draft, setDraft] = useState<Draft>({ note: '', days: '14' })
  const write = useWrite(({ note, days }: Draft, { client }) =>
    readBody(
      client.POST('/tenant/partner-access/invitation-codes', {
        body: { days: Number(days), ...(note.trim() === '' ? {} : { note: note.trim() }) },
      }),
    ),
  )
  const back = orgPlaces.codes(tenantId)
  if (write.data)
    return <SecretPage secret={write.data.code} words={secretWords()} onStored={() => go(back)} />
  return (
    <Page
      title={t('invite_codes.new_title')}
      lead={t('invite_codes.new_lead')}
      back={{ to: back, label: t('invite_codes.title') }}
    >
      <WriteForm write={write} act={t('invite_codes.new')} onSend={() => write.mutate(draft)}>
        <Fields draft={draft} onDraft={setDraft} />
      </WriteForm>
    </Page>
  )
}

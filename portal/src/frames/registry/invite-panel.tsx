import './registry-words.ts'
import { NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { Panel } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

const roles = ['PARTNER_STAFF', 'PARTNER_OWNER'] as const
type Draft = { email: string; role: (typeof roles)[number] }

type FieldsProps = { draft: Draft; isMissing: boolean; onDraft: (draft: Draft) => void }

function Fields({ draft, isMissing, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="invite_email"
        type="email"
        label={t('people.email')}
        value={draft.email}
        maxLength={254}
        error={isMissing ? t('entry.email_wrong') : undefined}
        onChange={(event) => onDraft({ ...draft, email: event.currentTarget.value })}
      />
      <NativeSelect
        id="invite_role"
        label={t('people.role')}
        value={draft.role}
        data={roles.map((role) => ({ value: role, label: tValue('member_role', role) }))}
        onChange={(event) => {
          const role = roles.find((name) => name === event.currentTarget.value)
          if (role !== undefined) onDraft({ ...draft, role })
        }}
      />
    </>
  )
}

/** Invites a colleague by mail; shown to those who may. */
export function InvitePanel() {
  const mayManage = useMay('partner_org.members.manage')
  const [draft, setDraft] = useState<Draft>({ email: '', role: 'PARTNER_STAFF' })
  const [isMissing, setMissing] = useState(false)
  const attempt = useAttemptKey(draft)
  const write = useWrite(
    (body: Draft, { client }) =>
      readBody(client.POST('/partner/members/invite', { headers: { 'Idempotency-Key': attempt }, body })),
    (sent) => {
      showToast(t('invite.done', { email: sent.email }))
      setDraft({ ...draft, email: '' })
    },
  )
  if (!mayManage) return null
  return (
    <Panel title={t('invite.title')}>
      <WriteForm
        write={write}
        act={t('invite.act')}
        className="stack tight form"
        onSend={() => {
          const email = draft.email.trim()
          const missing = !/^\S+@\S+\.\S+$/.test(email)
          setMissing(missing)
          if (!missing) write.mutate({ ...draft, email })
        }}
      >
        <Fields draft={draft} isMissing={isMissing} onDraft={setDraft} />
      </WriteForm>
    </Panel>
  )
}

import './invitation-words.ts'
import { NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useEffect, useState } from 'react'

import { Panel } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

/** Also the end of the address that leads here (`partnerPlaces.inviteColleague`). */
const FIELD = 'invite_email'

const partnerRoles = ['PARTNER_STAFF', 'PARTNER_OWNER'] as const
const tenantRoles = ['TENANT_USER', 'TENANT_ADMIN'] as const

type FormProps<Role extends string> = {
  roles: readonly [Role, ...Role[]]
  send: (invitation: { email: string; role: Role }, attempt: string) => Promise<{ email: string }>
}

function InviteForm<Role extends string>({ roles, send }: FormProps<Role>) {
  const [draft, setDraft] = useState({ email: '', role: roles[0] })
  const [isMissing, setMissing] = useState(false)
  const attempt = useAttemptKey(draft)
  const write = useWrite(
    (wanted: typeof draft) => send(wanted, attempt),
    (sent) => {
      showToast(t('invite.done', { email: sent.email }))
      setDraft({ ...draft, email: '' })
    },
  )
  // Whoever comes from a page of people comes for this field, which stands at the end of another page.
  useEffect(() => {
    if (window.location.hash === `#${FIELD}`) document.querySelector<HTMLElement>(`#${FIELD}`)?.focus()
  }, [])
  const submit = () => {
    const email = draft.email.trim()
    const missing = !/^\S+@\S+\.\S+$/.test(email)
    setMissing(missing)
    if (!missing) write.mutate({ ...draft, email })
  }
  return (
    <WriteForm write={write} act={t('invite.act')} className="stack tight form" onSend={submit}>
      <TextInput
        id={FIELD}
        type="email"
        label={t('invite.email')}
        value={draft.email}
        maxLength={254}
        error={isMissing ? t('invite.email_wrong') : undefined}
        onChange={(event) => setDraft({ ...draft, email: event.currentTarget.value })}
      />
      <NativeSelect
        id="invite_role"
        label={t('invite.role')}
        value={draft.role}
        data={roles.map((role) => ({ value: role, label: tValue('member_role', role) }))}
        onChange={(event) => {
          const role = roles.find((name) => name === event.currentTarget.value)
          if (role !== undefined) setDraft({ ...draft, role })
        }}
      />
    </WriteForm>
  )
}

function PartnerForm() {
  const { client } = useFrame()
  return (
    <InviteForm
      roles={partnerRoles}
      send={(body, attempt) =>
        readBody(client.POST('/partner/members/invite', { headers: { 'Idempotency-Key': attempt }, body }))
      }
    />
  )
}

function TenantForm() {
  const { client } = useFrame()
  return (
    <InviteForm
      roles={tenantRoles}
      send={(body, attempt) =>
        readBody(client.POST('/tenant/members/invite', { headers: { 'Idempotency-Key': attempt }, body }))
      }
    />
  )
}

/** Whether the person manages who belongs to the organisation of the frame. */
export function useMayInvite(): boolean {
  const isOrg = useFrame().kind === 'org'
  return useMay(isOrg ? 'tenant.members.manage' : 'partner_org.members.manage')
}

/** Invites a colleague by mail into the organisation of the frame; shown to those who may. */
export function InvitePanel() {
  const { kind } = useFrame()
  if (!useMayInvite()) return null
  return <Panel title={t('invite.title')}>{kind === 'org' ? <TenantForm /> : <PartnerForm />}</Panel>
}

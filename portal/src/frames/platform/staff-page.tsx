import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { factorColumn, nameColumn } from '../shared/person-columns.tsx'

const readStaff = ({ client }: Frame) => readBody(client.GET('/admin/staff'))

type Answered = Awaited<ReturnType<typeof readStaff>>
type Staff = Answered['items'][number]
type Invitation = Answered['invitations'][number]

/** Takes an administrator out. Nobody does it for themselves. */
function RemoveButton({ person }: { person: Staff }) {
  const { me } = useFrame()
  const mayManage = useMay('platform.persons.manage')
  const names = { person: person.name }
  if (!mayManage || person.person_id === me.person.id) return null
  return (
    <MoveButton
      isInRow
      isDanger
      reason="required"
      words={{
        open: t('staff.remove'),
        act: t('staff.remove_act'),
        title: t('staff.remove_title', names),
        effect: t('staff.remove_effect', names),
        keep: t('staff.remove_keep'),
        done: t('staff.removed', names),
      }}
      move={(reason, { client }) =>
        client.POST('/admin/staff/{person_id}/remove', {
          params: { path: { person_id: person.person_id } },
          body: { reason },
        })
      }
    />
  )
}

function WithdrawButton({ invitation }: { invitation: Invitation }) {
  const mayManage = useMay('platform.persons.manage')
  const write = useWrite(
    (id: string, { client }) =>
      client.POST('/admin/staff/invitations/{invitation_id}/withdraw', {
        params: { path: { invitation_id: id } },
      }),
    () => showToast(t('staff.withdrawn', { email: invitation.email })),
  )
  if (!mayManage) return null
  return (
    <>
      <button
        type="button"
        className="row-tool"
        disabled={write.isPending}
        onClick={() => write.mutate(invitation.invitation_id)}
      >
        {t('staff.withdraw')}
      </button>
      <WriteProblem error={write.error} />
    </>
  )
}

const staffColumns: Column<Staff>[] = [
  nameColumn(),
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="organisation" value={row.status} />,
  },
  factorColumn(),
  { id: 'since', header: t('staff.since'), cell: (row) => <DateText iso={row.since} /> },
  {
    id: 'seen',
    header: t('staff.seen'),
    cell: (row) => (row.last_seen_at === null ? t('staff.never') : <DateText iso={row.last_seen_at} />),
  },
  { id: 'acts', header: '', cell: (row) => <RemoveButton person={row} /> },
]

const invitationColumns: Column<Invitation>[] = [
  { id: 'email', header: t('staff.email'), isStrong: true, cell: (row) => row.email },
  { id: 'by', header: t('staff.invited_by'), cell: (row) => row.invited_by ?? t('value.none') },
  { id: 'ends', header: t('staff.works_until'), cell: (row) => <DateText iso={row.expires_at} /> },
  { id: 'acts', header: '', cell: (row) => <WithdrawButton invitation={row} /> },
]

function InviteForm() {
  const [email, setEmail] = useState('')
  const [isMissing, setMissing] = useState(false)
  const attempt = useAttemptKey(email)
  const write = useWrite(
    (address: string, { client }) =>
      readBody(
        client.POST('/admin/staff/invite', {
          headers: { 'Idempotency-Key': attempt },
          body: { email: address },
        }),
      ),
    (sent) => {
      showToast(t('staff.invited', { email: sent.email }))
      setEmail('')
    },
  )
  if (!useMay('platform.persons.manage')) return null
  return (
    <Panel title={t('staff.invite')}>
      <WriteForm
        write={write}
        act={t('staff.invite_act')}
        className="stack tight form"
        onSend={() => {
          const address = email.trim()
          const missing = !/^\S+@\S+\.\S+$/.test(address)
          setMissing(missing)
          if (!missing) write.mutate(address)
        }}
      >
        <TextInput
          id="staff_email"
          type="email"
          label={t('staff.email')}
          description={t('staff.invite_effect')}
          value={email}
          maxLength={254}
          error={isMissing ? t('staff.email_wrong') : undefined}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
      </WriteForm>
    </Panel>
  )
}

/** Who administers the platform, who is invited to, and the ways in and out. */
export function StaffPage() {
  const answer = useRead(['staff'], readStaff)
  return (
    <Page title={t('staff.title')} lead={t('staff.lead')}>
      <Answer query={answer} lines={4}>
        {({ items, invitations }) => (
          <div className="stack">
            <DataTable
              caption={t('staff.title')}
              columns={staffColumns}
              rows={items}
              rowId={(row) => row.person_id}
            />
            <h2 className="section-title">{t('staff.invitations')}</h2>
            {invitations.length === 0 ? (
              <div className="list">
                <Empty title={t('staff.invitations_none')} text={t('staff.invitations_none_text')} />
              </div>
            ) : (
              <DataTable
                caption={t('staff.invitations')}
                columns={invitationColumns}
                rows={invitations}
                rowId={(row) => row.invitation_id}
              />
            )}
            <InviteForm />
          </div>
        )}
      </Answer>
    </Page>
  )
}

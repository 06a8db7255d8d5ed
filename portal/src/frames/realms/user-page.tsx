import './realms-words.ts'
import { NEXT_REALM_ROLES } from '@liaison/access'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { EndUser } from '@liaison/client'
import { Suspense, useState } from 'react'
import type { FormEvent } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, StatusChip } from '../../parts/values.tsx'
import { Coming } from '../../parts/settled.tsx'
import { roleMay, useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { userSections } from './user-sections.ts'

type UserProps = { user: EndUser; etag: string | null }

const nameOf = (user: EndUser): string => (user.name === '' ? user.email : user.name)

/** Stops a user, or lets a stopped one in again. */
function StopOrRestore({ user, etag }: UserProps) {
  const act = user.status === 'inactive' ? 'restore' : 'stop'
  const names = { user: nameOf(user) }
  const path = act === 'stop' ? '/partner/users/{end_user_id}/stop' : '/partner/users/{end_user_id}/restore'
  return (
    <MoveButton
      words={{
        act: t(`user.${act}`),
        title: t(`user.${act}_title`, names),
        effect: t(`user.${act}_effect`),
        keep: t(`user.${act}_keep`),
        done: t(`user.${act}_done`, names),
      }}
      reason="required"
      isDanger={act === 'stop'}
      move={(reason, { client }) =>
        readBody(
          client.POST(path, {
            params: { path: { end_user_id: user.end_user_id } },
            headers: { 'If-Match': etag ?? '' },
            body: { reason },
          }),
        )
      }
    />
  )
}

type RoleChange = { role: EndUser['role']; reason: string }

function useRoleChange({ user, etag }: UserProps) {
  return useWrite(
    (body: RoleChange, { client }) =>
      readBody(
        client.POST('/partner/users/{end_user_id}/role', {
          params: { path: { end_user_id: user.end_user_id } },
          headers: { 'If-Match': etag ?? '' },
          body,
        }),
      ),
    (changed) =>
      showToast(t('user.role_done', { user: nameOf(changed), role: tValue('realm_role', changed.role) })),
  )
}

function ChangeRole({ user, etag }: UserProps) {
  const choices: readonly EndUser['role'][] = NEXT_REALM_ROLES[user.role]
  const [role, setRole] = useState<EndUser['role'] | ''>('')
  const [reason, setReason] = useState('')
  const [isMissing, setMissing] = useState(false)
  const write = useRoleChange({ user, etag })
  const send = (event: FormEvent) => {
    event.preventDefault()
    const missing = role === '' || reason.trim() === ''
    setMissing(missing)
    if (!missing) write.mutate({ role, reason: reason.trim() })
  }
  return (
    <Panel title={t('user.role_title')}>
      <form className="stack tight form" onSubmit={send}>
        <p className="muted">{t('user.role_text')}</p>
        <WriteProblem error={write.error} />
        <NativeSelect
          label={t('user.role_new')}
          value={role}
          data={['' as const, ...choices].map((value) => ({
            value,
            label: value === '' ? '–' : tValue('realm_role', value),
          }))}
          onChange={(event) => setRole(choices.find((one) => one === event.currentTarget.value) ?? '')}
        />
        <TextInput
          label={t('user.role_reason')}
          value={reason}
          maxLength={500}
          error={isMissing ? t('user.role_missing') : undefined}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" variant="default" loading={write.isPending}>
            {t('user.role_save')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

function About({ user }: { user: EndUser }) {
  return (
    <Panel title={t('user.about')}>
      <Facts
        facts={[
          fact(t('users.state'), <StatusChip family="end_user" value={user.status} />),
          fact(t('user.reason'), user.status_reason),
          fact(t('users.role'), tValue('realm_role', user.role)),
          fact(t('user.email'), user.email),
          fact(t('users.since'), <DateText iso={user.created_at} />),
          fact(t('users.seen'), <DateText iso={user.last_signed_in_at} />),
          fact(t('user.id'), <IdText id={user.end_user_id} />),
        ]}
      />
    </Panel>
  )
}

function Sections({ user }: { user: EndUser }) {
  const { role } = useFrame()
  return userSections
    .filter(({ needs }) => roleMay(role, needs))
    .map(({ name, Part }) => (
      <Suspense key={name} fallback={<Coming />}>
        <Part user={user} />
      </Suspense>
    ))
}

/** One user of the partner's own user base, with what other parts of the product know of it. */
export function UserPage() {
  const { partnerId } = useFrame()
  const mayManage = useMay('partner_org.users.manage')
  const id = useParam('user')
  const user = useRead(['user', id], (frame, signal) =>
    readTagged(
      frame.client.GET('/partner/users/{end_user_id}', { params: { path: { end_user_id: id } }, signal }),
    ),
  )
  const found = user.data
  return (
    <Page
      title={found === undefined ? t('users.name') : nameOf(found.body)}
      back={{ to: partnerPlaces.users(partnerId), label: t('users.title') }}
      tools={mayManage && found && <StopOrRestore user={found.body} etag={found.etag} />}
    >
      <Answer query={user}>
        {({ body, etag }) => (
          <div className="stack">
            <About user={body} />
            <Sections user={body} />
            {mayManage && (
              <KeptForm value={{ body, etag }} version={body.version}>
                {(held) => <ChangeRole user={held.body} etag={held.etag} />}
              </KeptForm>
            )}
          </div>
        )}
      </Answer>
    </Page>
  )
}

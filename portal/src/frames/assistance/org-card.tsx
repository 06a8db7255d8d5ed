import type { SupportAccess } from '@liaison/client'
import { readBody } from '@liaison/client'
import { Button } from '@mantine/core'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { MoveButton, reasonBody } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { approvalButton } from '../../platform/approval.ts'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { FirstApproval } from '../shared/void-first.tsx'
import { AccessFacts } from './access-facts.tsx'
import { formatMinutes } from './calls.ts'
import { endMove } from './end-move.ts'

const pathOf = (access: SupportAccess) => ({ path: { support_access_id: access.support_access_id } })

/** What became of a yes: where the organisation asks for two people, the first opens nothing. */
function tellAllowed({ status, person_name: person, ends_at: until }: SupportAccess, org: string): void {
  showToast(
    status === 'active'
      ? t('assist.allow_done', { person, until: formatDateTime(until) })
      : t('assist.allow_waits', { org }),
  )
}

function AllowButton({ access }: { access: SupportAccess }) {
  const { name: org } = useFrame()
  const [isOpen, setOpen] = useState(false)
  const names = {
    person: access.person_name,
    org,
    case: access.case_number,
    duration: formatMinutes(access.duration_minutes),
  }
  const write = useWrite(
    (_: null, { client }) =>
      readBody(client.POST('/tenant/support-access/{support_access_id}/approve', { params: pathOf(access) })),
    (after) => {
      setOpen(false)
      tellAllowed(after, org)
    },
  )
  return (
    <>
      <Button {...approvalButton} onClick={() => setOpen(true)}>
        {t('assist.allow')}…
      </Button>
      <Ask
        opened={isOpen}
        title={t('assist.allow_title', names)}
        act={t('assist.allow')}
        keep={t('assist.allow_keep')}
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => setOpen(false)}
        onAct={() => write.mutate(null)}
      >
        {t('assist.allow_effect', names)}
      </Ask>
    </>
  )
}

function DeclineButton({ access }: { access: SupportAccess }) {
  const names = { person: access.person_name }
  return (
    <MoveButton
      words={{
        act: t('assist.decline'),
        title: t('assist.decline_title', names),
        effect: t('assist.decline_effect', names),
        keep: t('assist.decline_keep'),
        done: t('assist.decline_done'),
      }}
      reason="optional"
      move={(reason, { client }) =>
        readBody(
          client.POST('/tenant/support-access/{support_access_id}/decline', {
            params: pathOf(access),
            body: reasonBody(reason),
          }),
        )
      }
    />
  )
}

function Acts({ access }: { access: SupportAccess }) {
  const { name: org } = useFrame()
  const mayAllow = useMay('tenant.partner_access.approve')
  const mayStop = useMay('tenant.partner_access.revoke')
  if (!mayAllow && !mayStop) return <p className="muted">{t('assist.may_not', { org })}</p>
  return (
    <div className="row">
      {access.status === 'requested' && mayAllow && !access.is_own && <AllowButton access={access} />}
      {access.status === 'requested' && mayStop && <DeclineButton access={access} />}
      {access.status === 'active' && mayStop && <MoveButton {...endMove(access)} />}
    </div>
  )
}

/** One request of support, or access in force: who, for which case, why, how long, and what can be done. */
export function OrgCard({ access }: { access: SupportAccess }) {
  const { first_approved_by_name: first, status } = access
  const isWaiting = status === 'requested'
  return (
    <Panel title={t('assist.one', { person: access.person_name })}>
      <div className="stack">
        <AccessFacts access={access} />
        <FirstApproval name={first} counts={access.first_approval_counts}>
          {t('assist.first', { name: first ?? '' })}
        </FirstApproval>
        {isWaiting && access.is_own && <p>{t('assist.own')}</p>}
        <Acts access={access} />
      </div>
    </Panel>
  )
}

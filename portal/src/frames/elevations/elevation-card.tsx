import { Button } from '@mantine/core'
import type { Elevation } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { fact, Facts, Panel } from '../../parts/page.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { approvalButton } from '../../platform/approval.ts'
import { useNow } from '../../platform/clock.ts'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { formatDuration, formatTimeLeft, moveElevation } from './calls.ts'
import type { Step } from './calls.ts'

type Act = { step: Step; name: 'approve' | 'deny' | 'end' | 'withdraw'; done: Parameters<typeof t>[0] }

const ACTS: Readonly<Record<Act['name'], Act>> = {
  approve: { step: 'approve', name: 'approve', done: 'elevate.approved' },
  deny: { step: 'deny', name: 'deny', done: 'elevate.denied' },
  end: { step: 'end', name: 'end', done: 'elevate.ended' },
  withdraw: { step: 'end', name: 'withdraw', done: 'elevate.withdrawn' },
}

function namesOf(elevation: Elevation) {
  return {
    person: elevation.person_name,
    tenant: elevation.tenant_name ?? '',
    partner: elevation.partner_name ?? '',
    duration: formatDuration(elevation.duration_minutes),
  }
}

/** What comes of an act; of an approval also what is given, since the card lies behind the question. */
function Effect({ elevation, name }: { elevation: Elevation; name: Act['name'] }) {
  const side = useFrame().kind === 'org' ? 'org' : 'partner'
  const names = namesOf(elevation)
  if (name !== 'approve') return t(`elevate.${name}_effect`, names)
  return (
    <div className="stack tight">
      <div>
        <p>{t('elevate.approve_lets', names)}</p>
        <Wanted elevation={elevation} />
      </div>
      <p>{t(`elevate.approve_effect_${side}`, names)}</p>
    </div>
  )
}

function ActButton({ elevation, act }: { elevation: Elevation; act: Act }) {
  const [isOpen, setOpen] = useState(false)
  const names = namesOf(elevation)
  const write = useWrite(
    (reason: string, frame) => moveElevation(frame, elevation, { to: act.step, reason }),
    () => {
      setOpen(false)
      showToast(t(act.done, names))
    },
  )
  const isApproval = act.name === 'approve'
  return (
    <>
      <Button {...(isApproval ? approvalButton : { variant: 'default' })} onClick={() => setOpen(true)}>
        {t(`elevate.${act.name}`)}…
      </Button>
      <Ask
        opened={isOpen}
        title={t(`elevate.${act.name}_title`, names)}
        act={t(`elevate.${act.name}_act`, names)}
        keep={t(`elevate.${act.name}_keep`)}
        isDanger={act.name === 'end'}
        isBusy={write.isPending}
        error={write.error}
        {...(isApproval ? {} : { reason: 'optional' as const })}
        onKeep={() => setOpen(false)}
        onAct={(reason) => write.mutate(reason)}
      >
        <Effect elevation={elevation} name={act.name} />
      </Ask>
    </>
  )
}

function Acts({ elevation }: { elevation: Elevation }) {
  const { may, status } = elevation
  if (!may.approve && !may.deny && !may.end) return null
  return (
    <div className="row">
      {may.approve && <ActButton elevation={elevation} act={ACTS.approve} />}
      {may.deny && <ActButton elevation={elevation} act={ACTS.deny} />}
      {may.end && <ActButton elevation={elevation} act={status === 'active' ? ACTS.end : ACTS.withdraw} />}
    </div>
  )
}

/** The time that is left, counted down each second. */
function TimeLeft({ endsAt }: { endsAt: string }) {
  const now = useNow(1000)
  return (
    <span className="num strong" role="timer">
      {formatTimeLeft(Date.parse(endsAt) - now.getTime())}
    </span>
  )
}

function waitsFor(elevation: Elevation, side: 'org' | 'partner'): string | null {
  if (elevation.approval_counts === false)
    return t(`elevate.void_${side}`, { ...namesOf(elevation), name: elevation.approved_by_name ?? '' })
  if (elevation.waits_for === null || elevation.may.approve) return null
  return t(`elevate.waits_${elevation.waits_for}`, namesOf(elevation))
}

/** What it lets the person do, in the words of approval pages. */
function Wanted({ elevation }: { elevation: Elevation }) {
  return elevation.permissions.map(({ name, sentence, sensitive, spends }) => (
    <div key={name}>
      {sentence}
      {sensitive && <span className="muted"> · {t('elevate.sensitive')}</span>}
      {spends && <span className="muted"> · {t('elevate.spends')}</span>}
    </div>
  ))
}

function CardFacts({ elevation }: { elevation: Elevation }) {
  const { started_at: from, ends_at: to, status } = elevation
  const isWaiting = elevation.waits_for !== null
  const approvers = [elevation.approved_by_name, elevation.tenant_approved_by_name].filter(
    (name) => name !== null,
  )
  return (
    <Facts
      facts={[
        fact(t('elevate.permissions'), <Wanted elevation={elevation} />),
        fact(t('elevate.why'), <q>{elevation.reason}</q>),
        fact(t('elevate.ticket'), elevation.ticket_number),
        fact(t('elevate.for'), isWaiting && formatDuration(elevation.duration_minutes)),
        fact(t('elevate.asked'), formatDateTime(elevation.requested_at)),
        fact(t('elevate.answer_by'), isWaiting && formatDateTime(elevation.answer_by)),
        fact(t('elevate.approved_by'), approvers.join(', ')),
        fact(t('elevate.until'), from !== null && status === 'active' && formatDateTime(to)),
        fact(t('elevate.left'), status === 'active' && to !== null && <TimeLeft endsAt={to} />),
      ]}
    />
  )
}

/** How it stands; one whose approval of the partner counts no more waits as if nobody had answered. */
function shownStatus({ may, status, waits_for: side }: Elevation): string {
  if (may.approve) return 'yours'
  return status === 'approved' && side === 'partner' ? 'requested' : status
}

/** One elevation that waits or runs: who, what in plain words, why, and what can be done with it. */
export function ElevationCard({ elevation }: { elevation: Elevation }) {
  const isOrg = useFrame().kind === 'org'
  const names = namesOf(elevation)
  const waits = waitsFor(elevation, isOrg ? 'org' : 'partner')
  return (
    <Panel title={t(isOrg ? 'elevate.one_org' : 'elevate.one_partner', names)}>
      <div className="stack">
        <div className="row">
          <StatusChip family="elevation" value={shownStatus(elevation)} />
          {waits !== null && <span className="muted">{waits}</span>}
        </div>
        <CardFacts elevation={elevation} />
        <Acts elevation={elevation} />
      </div>
    </Panel>
  )
}

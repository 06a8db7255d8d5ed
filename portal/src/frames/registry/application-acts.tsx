import './registry-words.ts'
import { Button, Modal, NativeSelect, Textarea } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerApplicationDetail } from '@liaison/client'
import { useState } from 'react'
import type { ReactNode } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { approvalButton } from '../../platform/approval.ts'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

/** In the order of their buttons: the one that the page is opened for comes last, as on every page. */
const acts = ['decline', 'ask', 'approve'] as const
type Act = (typeof acts)[number]
type Application = PartnerApplicationDetail

const declineReasons = [
  'incomplete',
  'not_verified',
  'checks_failed',
  'not_a_fit',
  'duplicate',
  'other',
] as const

type Entered = { text: string; reason: (typeof declineReasons)[number] }

type DecideProps = { application: Application; etag: string | null }

function send(
  { application, etag, act }: DecideProps & { act: Act },
  { text, reason }: Entered,
  { client }: Frame,
) {
  const params = { path: { reference: application.reference } }
  const headers = { 'If-Match': etag ?? '' }
  if (act === 'ask') {
    const body = { question: text }
    return readBody(client.POST('/admin/partner-applications/{reference}/ask', { params, headers, body }))
  }
  if (act === 'decline') {
    const body = { reason, text }
    return readBody(client.POST('/admin/partner-applications/{reference}/decline', { params, headers, body }))
  }
  const body = text === '' ? {} : { despite_checks: text }
  return readBody(client.POST('/admin/partner-applications/{reference}/approve', { params, headers, body }))
}

const hasFailed = ({ checks }: Application) => checks.some(({ result }) => result === 'failed')

/** Whether the act needs a text, and what asks for it. */
function textOf(
  act: Act,
  application: Application,
): { label: string; missing: string; least: number } | null {
  if (act === 'ask')
    return { label: t('application.ask_label'), missing: t('application.ask_missing'), least: 5 }
  if (act === 'decline')
    return { label: t('application.decline_text'), missing: t('application.decline_missing'), least: 1 }
  if (!hasFailed(application)) return null
  const label = t('application.approve_despite')
  return { label, missing: label, least: 10 }
}

function ReasonPick({ entered, onEntered }: { entered: Entered; onEntered: (entered: Entered) => void }) {
  return (
    <NativeSelect
      label={t('application.decline_reason')}
      value={entered.reason}
      data={declineReasons.map((reason) => ({ value: reason, label: t(`decline_reason.${reason}`) }))}
      onChange={(event) => {
        const reason = declineReasons.find((name) => name === event.currentTarget.value)
        if (reason !== undefined) onEntered({ ...entered, reason })
      }}
    />
  )
}

type DialogProps = DecideProps & { act: Act; onClose: () => void }

function Buttons({
  act,
  onClose,
  isBusy,
  onAct,
}: Pick<DialogProps, 'act' | 'onClose'> & { isBusy: boolean; onAct: () => void }) {
  return (
    <div className="row ends">
      <Button variant="default" data-autofocus="" onClick={onClose}>
        {t('application.approve_keep')}
      </Button>
      <Button {...(act === 'decline' ? { color: 'red' } : {})} loading={isBusy} onClick={onAct}>
        {t(`application.${act}`)}
      </Button>
    </div>
  )
}

/** Level 1: object, effect and what stays, with what the act needs to be told. */
function Dialog({ act, application, etag, onClose }: DialogProps) {
  const [entered, setEntered] = useState<Entered>({ text: '', reason: 'other' })
  const [isMissing, setMissing] = useState(false)
  const names = {
    organisation: application.organisation,
    kind: tValue('kind', application.kind),
    email: application.contact_email,
  }
  const wanted = textOf(act, application)
  const write = useWrite(
    (given: Entered, frame) => send({ application, etag, act }, given, frame),
    () => {
      onClose()
      showToast(t(`application.${act}_done`, names))
    },
  )
  const decide = () => {
    const text = entered.text.trim()
    const missing = wanted !== null && text.length < wanted.least
    setMissing(missing)
    if (!missing) write.mutate({ ...entered, text })
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`application.${act}_title`, names)}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className="stack">
        <WriteProblem error={write.error} />
        <p>{t(`application.${act}_effect`, names)}</p>
        {act === 'decline' && <ReasonPick entered={entered} onEntered={setEntered} />}
        {wanted !== null && (
          <Textarea
            label={wanted.label}
            rows={4}
            maxLength={act === 'ask' ? 2000 : act === 'decline' ? 1000 : 500}
            value={entered.text}
            error={isMissing ? wanted.missing : undefined}
            onChange={(event) => setEntered({ ...entered, text: event.currentTarget.value })}
          />
        )}
        <Buttons act={act} onClose={onClose} isBusy={write.isPending} onAct={decide} />
      </div>
    </Modal>
  )
}

function offered({ status }: Application): readonly Act[] {
  if (status === 'submitted') return acts
  return status === 'needs_info' ? ['decline'] : []
}

/** What the provider can do about an application in its state. */
export function DecideButtons({ application, etag }: DecideProps): ReactNode {
  const [open, setOpen] = useState<Act | null>(null)
  return (
    <>
      {offered(application).map((act) => (
        <Button
          key={act}
          {...(act === 'approve' ? approvalButton : { variant: 'default' })}
          onClick={() => setOpen(act)}
        >
          {t(`application.${act}`)}…
        </Button>
      ))}
      {open !== null && (
        <Dialog act={open} application={application} etag={etag} onClose={() => setOpen(null)} />
      )}
    </>
  )
}

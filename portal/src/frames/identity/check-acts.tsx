import './identity-words.ts'
import { Button, Checkbox, Modal, Textarea } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { IdentityCheckDetail } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { approvalButton } from '../../platform/approval.ts'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

const reasons = [
  'document_unreadable',
  'document_expired',
  'document_type_not_accepted',
  'name_mismatch',
  'birth_date_mismatch',
  'details_missing',
  'under_age',
  'suspected_misuse',
  'other',
] as const
type Reason = (typeof reasons)[number]

const verdicts = ['ask-again', 'reject', 'revoke'] as const
type Verdict = (typeof verdicts)[number]
type Plain = 'take' | 'approve' | 'redact'

type CheckProps = { check: IdentityCheckDetail }

function sendPlain({ client }: Frame, check: IdentityCheckDetail, act: Plain) {
  const params = { path: { identity_check_id: check.identity_check_id } }
  return readBody(client.POST(`/partner/identity-checks/{identity_check_id}/${act}`, { params }))
}

type Why = { reasons: Reason[]; message: string }

function sendVerdict({ client }: Frame, check: IdentityCheckDetail, told: Why & { verdict: Verdict }) {
  const params = { path: { identity_check_id: check.identity_check_id } }
  const message = told.message.trim()
  const body = { reasons: told.reasons, ...(message !== '' && { message }) }
  return readBody(
    client.POST(`/partner/identity-checks/{identity_check_id}/${told.verdict}`, { params, body }),
  )
}

function TakeButton({ check }: CheckProps) {
  const write = useWrite(
    (_: null, frame) => sendPlain(frame, check, 'take'),
    () => showToast(t('idcheck.act_done.take')),
  )
  return (
    <>
      <WriteProblem error={write.error} />
      <Button loading={write.isPending} onClick={() => write.mutate(null)}>
        {t('idcheck.act.take')}
      </Button>
    </>
  )
}

function PlainButton({ check, act }: CheckProps & { act: 'approve' | 'redact' }) {
  const [isOpen, setOpen] = useState(false)
  const write = useWrite(
    (_: null, frame) => sendPlain(frame, check, act),
    () => {
      setOpen(false)
      showToast(t(`idcheck.act_done.${act}`))
    },
  )
  return (
    <>
      <Button
        {...(act === 'approve' ? approvalButton : { variant: 'default' })}
        onClick={() => setOpen(true)}
      >
        {t(`idcheck.act.${act}`)}…
      </Button>
      <Ask
        opened={isOpen}
        title={t(`idcheck.act_title.${act}`)}
        act={t(`idcheck.act.${act}`)}
        keep={t('idcheck.keep')}
        isDanger={act === 'redact'}
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => setOpen(false)}
        onAct={() => write.mutate(null)}
      >
        {t(`idcheck.act_effect.${act}`, { role: tValue('idcheck.role_name', check.target_role) })}
      </Ask>
    </>
  )
}

function WhyFields({ why, isMissing, onWhy }: { why: Why; isMissing: boolean; onWhy: (why: Why) => void }) {
  return (
    <>
      <fieldset className="stack tight">
        <legend className="strong">{t('idcheck.reasons')}</legend>
        {isMissing && (
          <p className="small late" role="alert">
            {t('idcheck.reasons_missing')}
          </p>
        )}
        {reasons.map((reason) => (
          <Checkbox
            key={reason}
            label={t(`idcheck.reason.${reason}`)}
            checked={why.reasons.includes(reason)}
            onChange={(event) => {
              const others = why.reasons.filter((known) => known !== reason)
              onWhy({ ...why, reasons: event.currentTarget.checked ? [...others, reason] : others })
            }}
          />
        ))}
      </fieldset>
      <Textarea
        label={t('idcheck.message')}
        description={t('idcheck.message_about')}
        rows={3}
        maxLength={500}
        value={why.message}
        onChange={(event) => onWhy({ ...why, message: event.currentTarget.value })}
      />
    </>
  )
}

/** Level 1 with reasons: object, effect, and what the user will read. */
function VerdictDialog({ check, verdict, onClose }: CheckProps & { verdict: Verdict; onClose: () => void }) {
  const [why, setWhy] = useState<Why>({ reasons: [], message: '' })
  const [isMissing, setMissing] = useState(false)
  const write = useWrite(
    (told: Why, frame) => sendVerdict(frame, check, { ...told, verdict }),
    () => {
      onClose()
      showToast(t(`idcheck.act_done.${verdict}`))
    },
  )
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`idcheck.act_title.${verdict}`)}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className="stack">
        <WriteProblem error={write.error} />
        <p>{t(`idcheck.act_effect.${verdict}`)}</p>
        <WhyFields why={why} isMissing={isMissing} onWhy={setWhy} />
        <div className="row ends">
          <Button variant="default" data-autofocus="" onClick={onClose}>
            {t('idcheck.keep')}
          </Button>
          <Button
            {...(verdict === 'ask-again' ? {} : { color: 'red' })}
            loading={write.isPending}
            onClick={() => {
              setMissing(why.reasons.length === 0)
              if (why.reasons.length > 0) write.mutate(why)
            }}
          >
            {t(`idcheck.act.${verdict}`)}
          </Button>
        </div>
      </div>
    </Modal>
  )
}

function mayGive({ may }: IdentityCheckDetail, verdict: Verdict): boolean {
  if (verdict === 'ask-again') return may.ask_again
  return verdict === 'reject' ? may.reject : may.revoke
}

/** What the reader can do with a check in its state. */
export function CheckActs({ check }: CheckProps) {
  const [open, setOpen] = useState<Verdict | null>(null)
  const { may } = check
  return (
    <>
      {may.take && <TakeButton check={check} />}
      {may.approve && <PlainButton check={check} act="approve" />}
      {verdicts
        .filter((verdict) => mayGive(check, verdict))
        .map((verdict) => (
          <Button key={verdict} variant="default" onClick={() => setOpen(verdict)}>
            {t(`idcheck.act.${verdict}`)}…
          </Button>
        ))}
      {may.redact && <PlainButton check={check} act="redact" />}
      {open !== null && <VerdictDialog check={check} verdict={open} onClose={() => setOpen(null)} />}
    </>
  )
}

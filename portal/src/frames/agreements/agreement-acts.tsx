import './agreements-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AgreementDetail } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { readClock } from '../../platform/clock.ts'
import { useMay } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { platformPlaces, serverPlaces } from '../../places.ts'
import { nameOf } from './calls.ts'
import { EndAgreement } from './end-agreement.tsx'

type Props = { agreement: AgreementDetail }

const namesOf = (agreement: AgreementDetail) => ({
  agreement: nameOf(agreement),
  partner: agreement.partner_name,
})
const paramsOf = ({ agreement_id: id }: AgreementDetail) => ({ path: { agreement_id: id } })

function Offer({ agreement }: Props) {
  const names = namesOf(agreement)
  return (
    <MoveButton
      words={{
        act: t('agreement.offer'),
        title: t('agreement.offer_title', names),
        effect: t('agreement.offer_effect', names),
        keep: t('agreement.offer_keep'),
        done: t('agreement.offer_done', names),
      }}
      move={(_reason, { client }) =>
        readBody(
          client.POST('/admin/agreements/{agreement_id}/offer', {
            params: paramsOf(agreement),
            headers: { 'If-Match': `"v${agreement.row_version}"` },
            body: {},
          }),
        )
      }
    />
  )
}

function Approve({ agreement }: Props) {
  const names = namesOf(agreement)
  return (
    <MoveButton
      words={{
        act: t('agreement.approve'),
        title: t('agreement.approve_title', names),
        effect: t('agreement.approve_effect'),
        keep: t('agreement.approve_keep'),
        done: t('agreement.approve_done', names),
      }}
      isApproval
      move={(_reason, { client }) =>
        readBody(
          client.POST('/admin/agreements/{agreement_id}/approve', {
            params: paramsOf(agreement),
            body: { content_sha256: agreement.content_sha256 },
          }),
        )
      }
    />
  )
}

const REASON_MOVES = {
  withdraw: '/admin/agreements/{agreement_id}/withdraw',
  reject: '/admin/agreements/{agreement_id}/reject',
  give_notice: '/program/agreements/{agreement_id}/notice',
} as const

/** A move with a reason that the other side reads. */
function ReasonMove({ agreement, move }: Props & { move: keyof typeof REASON_MOVES }) {
  const names = namesOf(agreement)
  return (
    <MoveButton
      words={{
        act: t(`agreement.${move}`),
        title: t(`agreement.${move}_title`, names),
        effect: t(`agreement.${move}_effect`, names),
        keep: t(`agreement.${move}_keep`),
        done: t(`agreement.${move}_done`),
      }}
      reason="required"
      isDanger
      move={(reason, { client }) =>
        readBody(client.POST(REASON_MOVES[move], { params: paramsOf(agreement), body: { reason } }))
      }
    />
  )
}

/** What holds can be ended, and what was ended for a later day sooner, also where it would have begun after that day. */
const canEnd = ({ state, effective_until: until, terminates_at: end }: AgreementDetail) =>
  state === 'active' || (state === 'terminated' && [until ?? end, end].every(isAhead))

const isAhead = (at: string | null) => at !== null && new Date(at) > readClock()

/** What the provider can do with a version in its state. */
export function AdminActs({ agreement }: Props) {
  const go = useGo()
  const mayDraft = useMay('platform.agreements.draft')
  const mayApprove = useMay('platform.agreements.approve')
  const { state } = agreement
  return (
    <div className="row">
      {mayDraft && state === 'draft' && (
        <>
          <Button variant="default" onClick={() => go(platformPlaces.editAgreement(agreement.agreement_id))}>
            {t('agreement.edit')}
          </Button>
          <Offer agreement={agreement} />
        </>
      )}
      {mayApprove && state === 'signed' && (
        <>
          <ReasonMove agreement={agreement} move="reject" />
          {!agreement.needs_other_approver && <Approve agreement={agreement} />}
        </>
      )}
      {mayDraft && (state === 'draft' || state === 'offered') && (
        <ReasonMove agreement={agreement} move="withdraw" />
      )}
      {mayApprove && canEnd(agreement) && <EndAgreement agreement={agreement} />}
    </div>
  )
}

/** What an owner can do with a version in its state. */
export function OwnActs({ agreement }: Props) {
  const maySign = useMay('partner_org.agreements.sign')
  if (!maySign) return null
  return (
    <div className="row">
      {agreement.state === 'offered' && (
        <Button component="a" href={serverPlaces.signAgreement(agreement.agreement_id)}>
          {t('agreements.read_and_sign')}
        </Button>
      )}
      {agreement.state === 'active' && agreement.notice_at === null && (
        <ReasonMove agreement={agreement} move="give_notice" />
      )}
    </div>
  )
}

import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Link, TenantLinkDetail } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { Note } from '../../parts/page.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDate } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { tenantNameOf } from '../shared/link-names.ts'

const day = 86_400_000
const graceDays = 30
const warnDays = 14

type Reviewed = Pick<Link, 'review_due_at' | 'status' | 'status_changed_by' | 'renewable_until'>
type State = { kind: 'quiet' | 'due' | 'paused' | 'ended'; by: string }

const quiet: State = { kind: 'quiet', by: '' }

/**
 * How a review stands: nothing to say, due before a day, or so late that the access is paused; or that one that has ended
 * waits for it before it can be renewed.
 */
export function reviewState(link: Reviewed, now: Date): State {
  if (link.review_due_at === null) return quiet
  const due = Date.parse(link.review_due_at)
  if (link.status === 'expired') {
    const isOpen = link.renewable_until !== null && Date.parse(link.renewable_until) > now.getTime()
    return isOpen && due <= now.getTime() ? { kind: 'ended', by: link.renewable_until ?? '' } : quiet
  }
  if (!['active', 'approved', 'suspended'].includes(link.status)) return quiet
  const by = new Date(due + graceDays * day).toISOString()
  if (link.status === 'suspended' && link.status_changed_by === 'clock') return { kind: 'paused', by }
  return { kind: due - now.getTime() <= warnDays * day ? 'due' : 'quiet', by }
}

const ownWords = {
  due: 'link_review.due',
  paused: 'link_review.overdue',
  ended: 'link_review.ended',
} as const

const partnerWords = {
  due: 'link_review.partner_due',
  paused: 'link_review.partner_overdue',
  ended: 'link_review.partner_ended',
} as const

/** Asks the own organisation whether an access is still right, when it is time to. */
export function ReviewNote({ link }: { link: TenantLinkDetail }) {
  const [isOpen, setOpen] = useState(false)
  // One that another link took the place of is not renewed, so nothing of it waits for a review.
  const renewable = link.renewal_ends_at === null ? null : link.renewable_until
  const { kind, by } = reviewState({ ...link, renewable_until: renewable }, useNow(60_000))
  const names = { partner: link.partner_name }
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST('/tenant/partner-access/links/{link_id}/review', {
          params: { path: { link_id: link.link_id } },
          body: reason === '' ? {} : { reason },
        }),
      ),
    () => {
      setOpen(false)
      showToast(t('link_review.done', names))
    },
  )
  if (kind === 'quiet') return null
  return (
    <Note tone={kind === 'paused' ? 'bad' : 'attention'}>
      <p>{t(ownWords[kind], { ...names, date: formatDate(by) })}</p>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        {t('link_review.confirm')}
      </Button>
      <Ask
        opened={isOpen}
        title={t('link_review.title', names)}
        act={t('link_review.confirm')}
        keep={t('link_review.keep')}
        isBusy={write.isPending}
        error={write.error}
        reason="optional"
        onKeep={() => setOpen(false)}
        onAct={(reason) => write.mutate(reason)}
      >
        {t(kind === 'ended' ? 'link_review.ended_effect' : 'link_review.effect', names)}
      </Ask>
    </Note>
  )
}

/** Tells a partner that the tenant has to confirm the access. */
export function PartnerReviewNote({ link }: { link: Link }) {
  const { kind, by } = reviewState(link, useNow(60_000))
  const tenant = tenantNameOf(link)
  if (kind === 'quiet') return null
  return (
    <Note tone={kind === 'paused' ? 'bad' : 'attention'}>
      <p>{t(partnerWords[kind], { tenant, date: formatDate(by) })}</p>
    </Note>
  )
}

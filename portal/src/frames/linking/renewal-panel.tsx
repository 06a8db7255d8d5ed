import '../shared/link-event-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { TenantLinkDetail } from '@liaison/client'

import { EndText } from '../../parts/end-text.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { fact, Facts, Panel } from '../../parts/page.tsx'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { formatUtc } from '../../platform/utc.ts'
import { t } from '../../platform/words.ts'

const renewDays = 180

type RenewalProps = { link: TenantLinkDetail; etag: string | null }

function useRenewal({ link, etag }: RenewalProps) {
  const path = { path: { link_id: link.link_id } }
  const toggle = useWrite(
    (days: 0 | 180, frame) =>
      readBody(
        frame.client.PATCH('/tenant/partner-access/links/{link_id}', {
          params: path,
          headers: { 'If-Match': etag ?? '' },
          body: { auto_renew_days: days },
        }),
      ),
    (answer) => showToast(t(answer.waits_for_second ? 'requests.change_waits' : 'renew.done')),
  )
  const renew = useWrite(
    (_: null, frame) =>
      readBody(frame.client.POST('/tenant/partner-access/links/{link_id}/renew', { params: path, body: {} })),
    (answer) =>
      showToast(
        answer.waits_for_second
          ? t('requests.change_waits')
          : t('renew.now_done', { partner: link.partner_name }),
      ),
  )
  return { toggle, renew }
}

/** Whether an access can be renewed: one that has ended no more after 30 days, or once another took its place. */
function isRenewable({ status, renewal_ends_at: end }: TenantLinkDetail): boolean {
  return ['active', 'suspended'].includes(status) || (status === 'expired' && end !== null)
}

/** What happens at the end of an access: it runs out, renews itself, or is extended now. */
export function RenewalPanel({ link, etag }: RenewalProps) {
  const { toggle, renew } = useRenewal({ link, etag })
  const isOn = link.auto_renew_days > 0
  const mayRenewItself = link.access_role !== 'msp_full' && ['active', 'suspended'].includes(link.status)
  if (link.ends_at === null || !isRenewable(link)) return null
  return (
    <Panel title={t('renew.title')}>
      <div className="stack tight">
        <WriteProblem error={toggle.error ?? renew.error} />
        <Facts
          facts={[
            fact(t('link.ends'), <EndText iso={link.ends_at} />),
            fact(t('link.renews'), isOn ? t('renew.on') : t('link.renews_off')),
            fact(t('link_review.next'), link.review_due_at && <EndText iso={link.review_due_at} />),
          ]}
        />
        {link.renewal_ends_at !== null && (
          <p className="muted small">{t('renew.until', { date: formatUtc(link.renewal_ends_at) })}</p>
        )}
        {mayRenewItself && <p className="muted small">{t('renew.about')}</p>}
        <div className="row">
          {mayRenewItself && (
            <Button
              variant="default"
              size="xs"
              loading={toggle.isPending}
              onClick={() => toggle.mutate(isOn ? 0 : renewDays)}
            >
              {t(isOn ? 'renew.turn_off' : 'renew.turn_on')}
            </Button>
          )}
          <Button variant="default" size="xs" loading={renew.isPending} onClick={() => renew.mutate(null)}>
            {t(link.status === 'expired' ? 'renew.again' : 'renew.now')}
          </Button>
        </div>
      </div>
    </Panel>
  )
}

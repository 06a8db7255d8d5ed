import './referrals-words.ts'
import './referrals.css'
import { readBody } from '@liaison/client'
import type { TenantReferral } from '@liaison/client'

import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, IdText } from '../../parts/values.tsx'
import { formatDate, formatMoney } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { formatMonth } from '../reports/figures.ts'

function Revenue({ months }: { months: TenantReferral['shown']['monthly_revenue'] }) {
  if (months === null || months.length === 0)
    return <span className="muted">{t('referred.revenue_none')}</span>
  return (
    <table className="table plain">
      <caption className="unseen">{t('referred.revenue')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('referred.month')}</th>
          <th scope="col" className="num">
            {t('referred.paid')}
          </th>
        </tr>
      </thead>
      <tbody>
        {months.map(({ month, amount }) => (
          <tr key={`${month} ${amount.currency}`}>
            <th scope="row">{formatMonth(month)}</th>
            <td className="num">{formatMoney(amount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function How({ referral }: { referral: TenantReferral }) {
  return (
    <Panel title={referral.partner.name}>
      <Facts
        facts={[
          fact(t('referred.partner'), referral.partner.name),
          fact(t('referred.date'), <DateText iso={referral.referred_at} />),
          fact(t('referred.how'), tValue('referrals.method', referral.method)),
          fact(
            t('referred.code'),
            referral.code === null ? null : <code className="mono">{referral.code}</code>,
          ),
          fact(
            t('referred.final'),
            referral.locked_at === null
              ? t('referred.final_no')
              : t('referred.final_yes', { date: formatDate(referral.locked_at) }),
          ),
        ]}
      />
    </Panel>
  )
}

function Shown({ shown }: { shown: TenantReferral['shown'] }) {
  return (
    <Panel title={t('referred.shown')}>
      <p className="muted after">{t('referred.shown_lead')}</p>
      <Facts
        facts={[
          fact(t('referred.name'), shown.name),
          fact(t('referred.slug'), shown.slug),
          fact(t('referred.id'), <IdText id={shown.tenant_id} />),
          fact(t('referred.status'), tValue('referrals.status', shown.status)),
          fact(t('referred.signed_up'), <DateText iso={shown.signed_up_at} />),
          fact(t('referred.tier'), shown.subscription_tier),
          fact(t('referred.revenue'), <Revenue months={shown.monthly_revenue} />),
        ]}
      />
    </Panel>
  )
}

/** How the organisation was referred, and every field that its partner sees of it. */
export function ReferredPage() {
  const referral = useRead(['tenant-referral'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/referral', { signal })),
  )
  return (
    <Page title={t('referred.title')} lead={t('referred.lead')}>
      <Answer query={referral} lines={6}>
        {({ referral: found }) =>
          found === null ? (
            <div className="list">
              <Empty title={t('referred.none')} text={t('referred.none_text')} />
            </div>
          ) : (
            <div className="halves">
              <How referral={found} />
              <Shown shown={found.shown} />
            </div>
          )
        }
      </Answer>
    </Page>
  )
}

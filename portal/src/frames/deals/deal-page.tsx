import './deals-words.ts'
import { readBody } from '@liaison/client'
import type { DealDetail } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { DealState } from './deal-list.tsx'

type DealProps = { deal: DealDetail }

function Said({ deal }: DealProps) {
  const contact = [deal.contact_name, deal.contact_email].filter((text) => text !== null).join(', ')
  return (
    <Panel title={t('deal.facts')}>
      <Facts
        facts={[
          fact(
            t('deals.partner'),
            <GoLink to={platformPlaces.partner(deal.partner.partner_id)}>{deal.partner.name}</GoLink>,
          ),
          fact(t('deals.domain'), deal.domain),
          fact(t('deals.contact'), contact),
          fact(t('deals.value'), deal.expected && <MoneyText money={[deal.expected]} />),
          fact(t('deals.notes'), deal.notes),
          fact(t('deals.by'), deal.registered_by_name),
          fact(t('deals.at'), formatDateTime(deal.created_at)),
          fact(t('deals.decided'), deal.decided_by_name),
          fact(t('deals.reason'), deal.reason),
          fact(t('deals.until'), deal.protected_until && <DateText iso={deal.protected_until} />),
          fact(t('status.deal.won'), deal.referral_id && <IdText id={deal.referral_id} />),
        ]}
      />
    </Panel>
  )
}

function Conflicts({ deal: { conflicts } }: DealProps) {
  const { registrations, tenants } = conflicts
  return (
    <Panel title={t('deal.conflicts')}>
      {registrations.length + tenants.length === 0 ? (
        <p className="muted">{t('deal.conflicts_none')}</p>
      ) : (
        <>
          <p className="small muted">{t('deal.conflicts_about')}</p>
          <ul className="lines">
            {registrations.map((other) => (
              <li key={other.deal_id}>
                <GoLink to={platformPlaces.deal(other.deal_id)}>{other.partner.name}</GoLink>
                <StatusChip family="deal" value={other.state} />
              </li>
            ))}
            {tenants.map(({ tenant_id: id, name }) => (
              <li key={id}>
                <GoLink to={platformPlaces.tenant(id)}>{name}</GoLink>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  )
}

function wordsOf({ company_name: company, partner }: DealDetail, act: 'approve' | 'reject' | 'end') {
  const names = { company, partner: partner.name }
  return {
    act: t(`deal.${act}`),
    title: t(`deal.${act}_title`, names),
    effect: t(`deal.${act}_effect`, names),
    keep: t(`deal.${act}_keep`),
    done: t(`deal.${act}_done`, names),
  }
}

function ApproveButton({ deal }: DealProps) {
  return (
    <MoveButton
      isApproval
      words={wordsOf(deal, 'approve')}
      move={(_reason, { client }) =>
        readBody(
          client.POST('/admin/deals/{deal_id}/approve', { params: { path: { deal_id: deal.deal_id } } }),
        )
      }
    />
  )
}

function RefuseButton({ deal, act }: DealProps & { act: 'reject' | 'end' }) {
  return (
    <MoveButton
      isDanger
      reason="required"
      words={wordsOf(deal, act)}
      move={(reason, { client }) =>
        readBody(
          client.POST(`/admin/deals/{deal_id}/${act}`, {
            params: { path: { deal_id: deal.deal_id } },
            body: { reason },
          }),
        )
      }
    />
  )
}

function Decide({ deal }: DealProps) {
  if (deal.state === 'approved') return <RefuseButton deal={deal} act="end" />
  if (deal.state !== 'submitted') return null
  return (
    <>
      <RefuseButton deal={deal} act="reject" />
      <ApproveButton deal={deal} />
    </>
  )
}

/** One registered deal: what the partner says, who else knows the prospect, and the decision. */
export function DealPage() {
  const id = useParam('deal')
  const mayDecide = useMay('platform.referrals.manage')
  const deal = useRead(['deals', 'one', id], (frame, signal) =>
    readBody(frame.client.GET('/admin/deals/{deal_id}', { params: { path: { deal_id: id } }, signal })),
  )
  const found = deal.data
  return (
    <Page
      title={found ? found.company_name : t('deals.title')}
      lead={found && <DealState deal={found} />}
      back={{ to: platformPlaces.deals(), label: t('deals.title') }}
      tools={found && mayDecide && <Decide deal={found} />}
    >
      <Answer query={deal} lines={10}>
        {(body) => (
          <div className="halves">
            <Said deal={body} />
            <Conflicts deal={body} />
          </div>
        )}
      </Answer>
    </Page>
  )
}

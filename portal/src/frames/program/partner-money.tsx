import './program-words.ts'
import '../../styles/reports.css'
import { LiaisonProblem, readBody } from '@liaison/client'
import type { PartnerDetail, PayoutAccountOfPartner, TaxDocument } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { fact, Facts, Note, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { Earned } from '../earnings/earned.tsx'
import { AccountActs } from '../payouts/account-checks.tsx'
import { toStatementColumns } from '../payouts/statement-columns.tsx'
import { TaxKind } from '../payouts/parts.tsx'
import { PartnerTab } from '../registry/partner-tab.tsx'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'

type OfPartner = { partner: Pick<PartnerDetail, 'partner_id' | 'name'> }

/** The account of a partner, or null when it has given none. */
function useAccount(id: string) {
  return useRead(['payouts', 'account-of', id], async (frame, signal) => {
    try {
      return await readBody(
        frame.client.GET('/admin/partners/{partner_id}/payout-account', {
          params: { path: { partner_id: id } },
          signal,
        }),
      )
    } catch (error) {
      if (error instanceof LiaisonProblem && error.code === 'PAYOUT_ACCOUNT_NOT_FOUND') return null
      throw error
    }
  })
}

type AccountFactsProps = OfPartner & { account: PayoutAccountOfPartner }

function AccountFacts({ partner, account }: AccountFactsProps) {
  const mayDecide = useMay('platform.payouts.run')
  return (
    <div className="stack tight">
      <Facts
        facts={[
          fact(t('payouts.account'), account.label),
          fact(t('payouts.holder'), account.holder_name),
          fact(t('payouts.method'), tValue('payout_method', account.method)),
          fact(
            t('payouts.given'),
            t('payouts.given_by', { day: formatDate(account.given_at), name: account.given_by_name }),
          ),
          fact(t('partner_program.usable'), formatDateTime(account.usable_from)),
          fact(
            t('payouts.account_verified'),
            account.verified_at === null
              ? t('partner_program.not_verified')
              : formatDate(account.verified_at),
          ),
          fact(
            t('account_checks.shared_with'),
            account.shared_with > 0 && t('account_checks.shared', { count: account.shared_with }),
          ),
        ]}
      />
      {account.held_at !== null && (
        <Note tone="bad">
          <p>
            {t('partner_program.stopped', {
              day: formatDate(account.held_at),
              reason: account.hold_reason ?? '',
            })}
          </p>
        </Note>
      )}
      {mayDecide && (
        <div>
          <AccountActs row={{ ...account, partner_id: partner.partner_id, partner_name: partner.name }} />
        </div>
      )}
    </div>
  )
}

function Account({ partner }: OfPartner) {
  const account = useAccount(partner.partner_id)
  return (
    <Panel title={t('payouts.account')}>
      <Answer query={account} lines={4}>
        {(found) =>
          found === null ? (
            <p className="muted">{t('partner_program.no_account')}</p>
          ) : (
            <AccountFacts partner={partner} account={found} />
          )
        }
      </Answer>
    </Panel>
  )
}

const documentColumns: Column<TaxDocument>[] = [
  {
    id: 'kind',
    header: t('payouts.tax_kind'),
    cell: (row) => <TaxKind document={row} />,
  },
  {
    id: 'state',
    header: t('payouts.state'),
    cell: (row) => (
      <>
        <StatusChip family="tax_document" value={row.state} />
        {row.reason !== null && <p className="small muted">{row.reason}</p>}
      </>
    ),
  },
  { id: 'given', header: t('payouts.given'), cell: (row) => <DateText iso={row.handed_in_at} /> },
  { id: 'until', header: t('payouts.tax_until'), cell: (row) => <DateText iso={row.valid_until} /> },
]

function Documents({ partner: { partner_id: id } }: OfPartner) {
  const query = { partner_id: id, limit: 20 }
  const documents = useRead(['payouts', 'tax-of', id], (frame, signal) =>
    readBody(frame.client.GET('/admin/tax-documents', { params: { query }, signal })),
  )
  return (
    <Panel title={t('payouts.tax')}>
      <Answer query={documents} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t('partner_program.no_document')}</p>
          ) : (
            <DataTable
              caption={t('payouts.tax')}
              columns={documentColumns}
              rows={items}
              rowId={(row) => row.document_id}
            />
          )
        }
      </Answer>
    </Panel>
  )
}

const spec = { page: pageField() }

function Statements({ partner: { partner_id: id } }: OfPartner) {
  const { values, set } = useFilters(spec)
  const query = { ...pagingQuery(values.page), partner_id: id }
  const statements = useRead(
    ['payouts', 'statements-of', query],
    (frame, signal) => readBody(frame.client.GET('/admin/statements', { params: { query }, signal })),
    { keep: true },
  )
  const columns = useMemo(() => toStatementColumns(platformPlaces.statement), [])
  return (
    <Panel title={t('payouts.statements')}>
      <PagedTable
        query={statements}
        lines={4}
        caption={t('payouts.statements')}
        columns={columns}
        rowId={(row) => row.statement_id}
        empty={<Empty title={t('payouts.statements_none')} text={t('payouts.statements_text')} />}
        onPage={(page) => set({ page })}
      />
    </Panel>
  )
}

function MoneyOf({ partner }: OfPartner) {
  return (
    <>
      <Earned partnerId={partner.partner_id}>
        {() => (
          <p>
            <GoLink to={platformPlaces.partnerPart(partner.partner_id, 'earnings')}>
              {t('partner_program.lines')}
            </GoLink>
          </p>
        )}
      </Earned>
      <div className="halves">
        <Account partner={partner} />
        <Documents partner={partner} />
      </div>
      <Statements partner={partner} />
    </>
  )
}

/** What one partner earned and was paid, where to, and its statements and tax documents. */
export function PartnerPayoutsPage() {
  return <PartnerTab tab="payouts">{(partner) => <MoneyOf partner={partner} />}</PartnerTab>
}

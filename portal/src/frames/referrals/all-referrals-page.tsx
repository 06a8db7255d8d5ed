import './referrals-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Referral, SignUp } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch, Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatDate } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { ProgramExportTools } from '../shared/export-link.tsx'
import { PartnerPick } from '../shared/partner-pick.tsx'
import { optional, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'

const states = ['any', 'created', 'locked', 'voided'] as const
const spec = { state: choiceField(states, 'any'), partner: textField(), page: pageField() }
const FEW = 10

function ActButton({ referral, act }: { referral: Referral; act: 'void' | 'block' }) {
  const names = { tenant: referral.tenant.name, partner: referral.partner.name }
  return (
    <MoveButton
      isInRow
      isDanger
      reason="required"
      words={{
        act: t(`all_referrals.${act}`),
        title: t(`all_referrals.${act}_title`, names),
        effect: t(`all_referrals.${act}_effect`, names),
        keep: t(`all_referrals.${act}_keep`),
        done: t(`all_referrals.${act}_done`, names),
      }}
      move={(reason, { client }) =>
        readBody(
          client.POST(`/admin/referrals/{referral_id}/${act}`, {
            params: { path: { referral_id: referral.referral_id } },
            body: { reason },
          }),
        )
      }
    />
  )
}

function Acts({ referral }: { referral: Referral }) {
  if (referral.state === 'voided') return null
  return (
    <RowActs>
      {referral.state === 'created' && <ActButton referral={referral} act="void" />}
      {referral.blocked_from === null && <ActButton referral={referral} act="block" />}
    </RowActs>
  )
}

function StateCell({ referral }: { referral: Referral }) {
  const said = [
    referral.review === null ? null : t('referrals.held'),
    referral.blocked_from === null
      ? null
      : t('referrals.blocked', { date: formatDate(referral.blocked_from) }),
    referral.void_reason,
  ].filter((text) => text !== null)
  return (
    <>
      <StatusChip family="referral" value={referral.state} />
      {said.map((text) => (
        <p key={text} className="small muted">
          {text}
        </p>
      ))}
    </>
  )
}

function toColumns(mayManage: boolean): Column<Referral>[] {
  return [
    {
      id: 'tenant',
      header: t('referrals.tenant'),
      cell: ({ tenant }) => (
        <GoLink className="thing" to={platformPlaces.tenant(tenant.tenant_id)}>
          {tenant.name}
        </GoLink>
      ),
    },
    {
      id: 'partner',
      header: t('all_referrals.partner'),
      cell: ({ partner }) => <GoLink to={platformPlaces.partner(partner.partner_id)}>{partner.name}</GoLink>,
    },
    { id: 'state', header: t('referrals.state'), cell: (referral) => <StateCell referral={referral} /> },
    { id: 'since', header: t('referrals.since'), cell: ({ referred_at: at }) => <DateText iso={at} /> },
    {
      id: 'code',
      header: t('referrals.code'),
      cell: ({ code, method, reason }) => (
        <>
          {code === null ? <span className="muted">–</span> : <code className="mono">{code}</code>}
          <br />
          <span className="small muted">{reason ?? tValue('referrals.method', method)}</span>
        </>
      ),
    },
    ...(mayManage
      ? [{ id: 'acts', header: '', cell: (referral: Referral) => <Acts referral={referral} /> }]
      : []),
  ]
}

const signUpColumns = (): Column<SignUp>[] => [
  { id: 'tenant', header: t('referrals.tenant'), cell: ({ tenant }) => tenant.name },
  { id: 'code', header: t('referrals.code'), cell: ({ code }) => code ?? '–' },
  {
    id: 'outcome',
    header: t('referrals.state'),
    cell: ({ outcome }) => <StatusChip family="sign_up" value={outcome} />,
  },
  { id: 'why', header: t('all_referrals.why'), cell: ({ detail }) => detail ?? '–' },
  { id: 'partner', header: t('all_referrals.partner'), cell: ({ partner }) => partner?.name ?? '–' },
  {
    id: 'received',
    header: t('all_referrals.received'),
    cell: ({ received_at: at }) => <DateText iso={at} />,
  },
]

function SignUps() {
  const query = { limit: FEW }
  const list = useRead(['sign-ups', query], (frame, signal) =>
    readBody(frame.client.GET('/admin/sign-ups', { params: { query }, signal })),
  )
  const columns = useMemo(() => signUpColumns(), [])
  return (
    <Panel title={t('all_referrals.sign_ups')}>
      <Answer query={list} lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t('all_referrals.sign_ups_none')}</p>
          ) : (
            <DataTable
              caption={t('all_referrals.sign_ups')}
              columns={columns}
              rows={items}
              rowId={(signUp) => `${signUp.source} ${signUp.external_id}`}
            />
          )
        }
      </Answer>
    </Panel>
  )
}

type ReferralsQuery = { state: (typeof states)[number]; partner: string; page: number }

function useAll({ state, partner, page }: ReferralsQuery) {
  const query = { ...pagingQuery(page), ...optional('state', state), ...optional('partner_id', partner) }
  return useRead(
    ['all-referrals', query],
    (frame, signal) => readBody(frame.client.GET('/admin/referrals', { params: { query }, signal })),
    { keep: true },
  )
}

function Tools({ mayManage }: { mayManage: boolean }) {
  const go = useGo()
  return (
    <>
      <ProgramExportTools kind="referrals" />
      {mayManage && (
        <Button variant="default" onClick={() => go(platformPlaces.newReferral())}>
          {t('all_referrals.by_hand')}
        </Button>
      )}
    </>
  )
}

type ListProps = {
  page: NonNullable<ReturnType<typeof useAll>['data']>
  columns: readonly Column<Referral>[]
  onPage: (page: number) => void
}

function List({ page, columns, onPage }: ListProps) {
  return (
    <DataTable
      caption={t('all_referrals.title')}
      columns={columns}
      rows={page.items}
      rowId={(referral) => referral.referral_id}
      paging={pagingOf(page, onPage)}
    />
  )
}

/** Whom partners brought, what the provider decides about it, and what became of each sign-up. */
export function AllReferralsPage() {
  const mayManage = useMay('platform.referrals.manage')
  const filters = useFilters(spec)
  const { values, set, clear, active } = filters
  const list = useAll(values)
  const columns = useMemo(() => toColumns(mayManage), [mayManage])
  return (
    <Page
      title={t('all_referrals.title')}
      lead={t('all_referrals.lead')}
      tools={<Tools mayManage={mayManage} />}
    >
      <div className="stack">
        <FilterBar active={active} onClear={clear} note={<Refreshed query={list} />}>
          <PartnerPick value={values.partner} onValue={(partner) => set({ partner })} />
          <Pick
            label={t('referrals.state')}
            value={values.state}
            words={states}
            labelOf={anyOr('status.referral')}
            onValue={(state) => set({ state })}
          />
        </FilterBar>
        <Answer query={list} lines={6}>
          {(page) =>
            page.items.length === 0 ? (
              <div className="list">
                {active.length > 0 ? (
                  <NoMatch />
                ) : (
                  <Empty title={t('all_referrals.none')} text={t('all_referrals.none_text')} />
                )}
              </div>
            ) : (
              <List page={page} columns={columns} onPage={(next) => set({ page: next })} />
            )
          }
        </Answer>
        <SignUps />
      </div>
    </Page>
  )
}

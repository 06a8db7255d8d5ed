import './plans-words.ts'
import { Button, NativeSelect } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerDetail, Plan } from '@liaison/client'
import { useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import type { Frame } from '../../platform/frame.ts'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { readAllByOffset } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { PartnerTab } from '../registry/partner-tab.tsx'
import { PriceText, rolesText } from './plan-words.tsx'
import { ProviderHolds } from './provider-holds.tsx'

function lend(frame: Frame, at: { plan: string; partner: string }, isAllowed: boolean) {
  return readBody(
    frame.client.PUT('/admin/plans/{plan_id}/partners/{partner_id}', {
      params: { path: { plan_id: at.plan, partner_id: at.partner } },
      body: { is_allowed: isAllowed },
    }),
  )
}

const shared: Column<Plan>[] = [
  {
    id: 'name',
    header: t('plans.plan'),
    cell: (plan) => (
      <GoLink className="thing" to={platformPlaces.plan(plan.plan_id)}>
        {plan.name}
      </GoLink>
    ),
  },
  { id: 'state', header: t('plans.state'), cell: (plan) => <StatusChip family="plan" value={plan.state} /> },
  { id: 'roles', header: t('plans.roles'), cell: (plan) => rolesText(plan.roles) },
  {
    id: 'price',
    header: t('plans.price'),
    numeric: true,
    cell: (plan) => <PriceText price={plan.offer?.price ?? plan.terms.price} period={plan.terms.period} />,
  },
]

function TakeBack({ plan, partner }: { plan: Plan; partner: string }) {
  const names = { plan: plan.name }
  return (
    <MoveButton
      isInRow
      isDanger
      words={{
        act: t('lend.stop'),
        title: t('lend.stop_title', names),
        effect: t('lend.stop_effect'),
        keep: t('lend.stop_keep'),
        done: t('lend.stop_done', names),
      }}
      move={(_reason, frame) => lend(frame, { plan: plan.plan_id, partner }, false)}
    />
  )
}

function lentColumns(partner: string, mayManage: boolean): Column<Plan>[] {
  return [
    ...shared,
    {
      id: 'offers',
      header: t('borrowers.offers'),
      cell: (plan) => t(plan.offer?.is_offered === true ? 'borrowers.yes' : 'borrowers.no'),
    },
    ...(mayManage
      ? [
          {
            id: 'acts',
            header: t('holds.acts'),
            cell: (plan: Plan) =>
              plan.offer?.is_allowed === true ? <TakeBack plan={plan} partner={partner} /> : null,
          },
        ]
      : []),
  ]
}

function LendMore({ partner, lent }: { partner: string; lent: readonly Plan[] }) {
  const [chosen, setChosen] = useState('')
  const [isMissing, setMissing] = useState(false)
  const query = { source: 'catalogue', state: 'offered', limit: 100 } as const
  const catalogue = useRead(['plans', 'platform', query], (frame, signal) =>
    readAllByOffset((place) =>
      readBody(frame.client.GET('/admin/plans', { params: { query: { ...query, ...place } }, signal })),
    ),
  )
  const taken = new Set(lent.filter((plan) => plan.offer?.is_allowed === true).map((plan) => plan.plan_id))
  const open = catalogue.data?.filter((plan) => !taken.has(plan.plan_id)) ?? []
  const write = useWrite(
    (plan: Plan, frame) => lend(frame, { plan: plan.plan_id, partner }, true),
    (_answer, plan) => {
      setChosen('')
      showToast(t('lend.done', { plan: plan.name }))
    },
  )
  if (open.length === 0) return null
  return (
    <Panel title={t('lend.more')}>
      <form
        className="stack tight form"
        onSubmit={(event) => {
          event.preventDefault()
          const plan = open.find((one) => one.plan_id === chosen)
          setMissing(plan === undefined)
          if (plan) write.mutate(plan)
        }}
      >
        <WriteProblem error={write.error} />
        <NativeSelect
          label={t('lend.pick')}
          value={chosen}
          error={isMissing && chosen === '' && t('lend.missing')}
          data={[
            { value: '', label: '–' },
            ...open.map((plan) => ({ value: plan.plan_id, label: plan.name })),
          ]}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" variant="default" loading={write.isPending}>
            {t('lend.act')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

type ListedProps = { title: string; none: string; rows: Plan[]; columns: Column<Plan>[] }

function Listed({ title, none, rows, columns }: ListedProps) {
  return (
    <Panel title={title}>
      {rows.length === 0 ? (
        <Empty title={none} />
      ) : (
        <DataTable caption={title} columns={columns} rows={rows} rowId={(plan) => plan.plan_id} />
      )}
    </Panel>
  )
}

function Part({ partner }: { partner: PartnerDetail }) {
  const id = partner.partner_id
  const mayManage = useMay('platform.plans.manage')
  const maySee = useMay('platform.realms.read')
  const plans = useRead(['partner-plans', id], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/partners/{partner_id}/plans', {
        params: { path: { partner_id: id } },
        signal,
      }),
    ),
  )
  return (
    <Answer query={plans}>
      {({ own, lent }) => (
        <>
          <Listed title={t('lend.own')} none={t('lend.own_none')} rows={own} columns={shared} />
          <Listed
            title={t('lend.title')}
            none={t('lend.none')}
            rows={lent}
            columns={lentColumns(id, mayManage)}
          />
          {mayManage && <LendMore partner={id} lent={lent} />}
          {maySee && <ProviderHolds partnerId={id} />}
        </>
      )}
    </Answer>
  )
}

/** What a partner offers, and what the catalogue lends it, for the provider. */
export function PlansOfPartnerPage() {
  return <PartnerTab tab="plans">{(partner) => <Part partner={partner} />}</PartnerTab>
}

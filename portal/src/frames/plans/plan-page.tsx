import './plans-words.ts'
import { readBody, readTagged } from '@liaison/client'
import type { PlanBorrower, PlanDetail } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { formatCount } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { formKey } from '../shared/form-key.ts'
import { managing, paths, placesOf } from './calls.ts'
import type { Side } from './calls.ts'
import { LentOffer } from './lent-offer.tsx'
import { ChangeTerms, ChangeWords, Discontinue, OfferButton } from './plan-acts.tsx'
import { wordsOf } from './plan-draft.ts'
import { limitsText, PriceText, rolesText } from './plan-words.tsx'

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul className="plain">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

function About({ plan }: { plan: PlanDetail }) {
  const { terms } = plan
  return (
    <Panel title={t('plan.about')}>
      <Facts
        facts={[
          fact(t('plans.state'), <StatusChip family="plan" value={plan.state} />),
          fact(t('plan.running'), plan.running && tValue('plan.running', plan.running)),
          fact(t('plan.description'), plan.description),
          fact(t('plans.roles'), rolesText(plan.roles)),
          fact(t('plans.price'), <PriceText price={terms.price} period={terms.period} />),
          fact(t('plan.benefits'), terms.benefits.length > 0 && <Lines lines={terms.benefits} />),
          fact(t('plan.limits'), <Lines lines={limitsText(terms.limits)} />),
          fact(t('plan.flag'), plan.requires_flag),
          fact(t('plans.users'), formatCount(plan.users_count)),
          fact(t('plan.code'), plan.code),
        ]}
      />
    </Panel>
  )
}

type Version = PlanDetail['versions'][number]

const versionColumns: Column<Version>[] = [
  { id: 'number', header: t('plan.version'), numeric: true, cell: (row) => row.number },
  {
    id: 'price',
    header: t('plans.price'),
    cell: (row) => <PriceText price={row.price} period={row.period} />,
  },
  { id: 'limits', header: t('plan.limits'), cell: (row) => limitsText(row.limits).join(', ') },
  {
    id: 'fixed',
    header: t('plan.fixed'),
    cell: (row) => t(row.is_fixed ? 'plan.fixed_yes' : 'plan.fixed_no'),
  },
  { id: 'by', header: t('plan.by'), cell: (row) => row.created_by_name },
  { id: 'at', header: t('plan.made'), cell: (row) => <DateText iso={row.created_at} /> },
]

function Versions({ plan }: { plan: PlanDetail }) {
  return (
    <Panel title={t('plan.versions')}>
      <DataTable
        caption={t('plan.versions')}
        columns={versionColumns}
        rows={plan.versions}
        rowId={(row) => String(row.number)}
      />
    </Panel>
  )
}

const borrowerColumns: Column<PlanBorrower>[] = [
  {
    id: 'partner',
    header: t('borrowers.partner'),
    cell: (row) => (
      <GoLink className="thing" to={platformPlaces.partnerPart(row.partner_id, 'plans')}>
        {row.partner_name}
      </GoLink>
    ),
  },
  {
    id: 'offers',
    header: t('borrowers.offers'),
    cell: (row) => t(row.is_offered ? 'borrowers.yes' : 'borrowers.no'),
  },
  {
    id: 'price',
    header: t('borrowers.price'),
    numeric: true,
    cell: (row) => <MoneyText money={row.price} />,
  },
]

function Borrowers({ plan }: { plan: PlanDetail }) {
  const borrowers = useRead(['plan-borrowers', plan.plan_id], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/plans/{plan_id}/partners', {
        params: { path: { plan_id: plan.plan_id } },
        signal,
      }),
    ),
  )
  return (
    <Panel title={t('borrowers.title')}>
      <p className="muted">{t('borrowers.text')}</p>
      <Answer query={borrowers}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('borrowers.none')} />
          ) : (
            <DataTable
              caption={t('borrowers.title')}
              columns={borrowerColumns}
              rows={items}
              rowId={(row) => row.partner_id}
            />
          )
        }
      </Answer>
    </Panel>
  )
}

type PartProps = { plan: PlanDetail; etag: string | null; side: Side; mayChange: boolean }

function Parts({ plan, etag, side, mayChange }: PartProps) {
  const kept = { plan, etag, side }
  const isLent = side === 'partner' && plan.source === 'catalogue'
  const canChange = mayChange && !isLent && plan.state !== 'discontinued'
  return (
    <div className="stack">
      <About plan={plan} />
      {isLent && <LentOffer plan={plan} mayManage={mayChange} />}
      {side === 'platform' && plan.source === 'catalogue' && <Borrowers plan={plan} />}
      <Versions plan={plan} />
      {canChange && (
        <>
          <KeptForm value={kept} version={formKey(wordsOf(plan))}>
            {(held) => <ChangeWords {...held} />}
          </KeptForm>
          <KeptForm value={kept} version={formKey(plan.terms)}>
            {(held) => <ChangeTerms {...held} />}
          </KeptForm>
          <Discontinue {...kept} />
        </>
      )}
    </div>
  )
}

function PlanPage({ side }: { side: Side }) {
  const { partnerId } = useFrame()
  const id = useParam('plan')
  const mayManage = useMay(managing(side))
  const plan = useRead(['plan', side, id], (frame, signal) =>
    readTagged(frame.client.GET(paths[side].one, { params: { path: { plan_id: id } }, signal })),
  )
  const found = plan.data
  const isOwn = found !== undefined && (found.body.source === 'own') === (side === 'partner')
  return (
    <Page
      title={found === undefined ? t('plans.plan') : found.body.name}
      back={{ to: placesOf(side, partnerId).list, label: t('plans.title') }}
      tools={
        mayManage &&
        isOwn &&
        found.body.state === 'draft' && <OfferButton plan={found.body} etag={found.etag} side={side} />
      }
    >
      <Answer query={plan}>
        {({ body, etag }) => (
          <Parts plan={body} etag={etag} side={side} mayChange={mayManage && (isOwn || side === 'partner')} />
        )}
      </Answer>
    </Page>
  )
}

/** One plan as the partner sees it: its own, or one that it is lent. */
export function OwnPlanPage() {
  return <PlanPage side="partner" />
}

/** One plan as the provider sees it: of its catalogue, or a partner's own. */
export function CataloguePlanPage() {
  return <PlanPage side="platform" />
}

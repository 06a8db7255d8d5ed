import './referrals-words.ts'
import '../agreements/agreements-words.ts'
import '../../styles/reports.css'
import './referrals.css'
import { readBody } from '@liaison/client'
import type { Agreement, EarningTotal, Money, PayoutOutlook, ReferralStats } from '@liaison/client'

import { Panel, Tile } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { MoneyFigure } from '../../parts/values.tsx'
import { formatCount, formatDate, formatPercent } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { TrendChart } from '../reports/charts.tsx'
import { formatMonth } from '../reports/figures.ts'

/** Clicks, sign-ups and paying tenants of the last twelve months. */
export function useStats() {
  return useRead(['program-stats'], (frame, signal) =>
    readBody(frame.client.GET('/program/stats', { params: { query: {} }, signal })),
  )
}

/** How many of the step before came this far, when there were any. */
function rateOf(count: number, before: number): string | undefined {
  return before === 0 || count > before
    ? undefined
    : t('funnel.rate', { rate: formatPercent((100 * count) / before) })
}

/** What was earned in these months, by currency and never added across; what is void counts nowhere. */
function earnedIn(totals: readonly EarningTotal[], months: ReadonlySet<string>): Money[] {
  const sums = new Map<string, number>()
  for (const { month, state, amount } of totals)
    if (state !== 'void' && months.has(month))
      sums.set(amount.currency, (sums.get(amount.currency) ?? 0) + amount.amount_minor)
  return [...sums]
    .map(([currency, minor]) => ({ currency, amount_minor: minor }))
    .toSorted((left, right) => left.currency.localeCompare(right.currency))
}

function useEarned() {
  return useRead(['earnings', 'summary'], (frame, signal) =>
    readBody(frame.client.GET('/program/earnings/summary', { signal })),
  )
}

/** The last step: what came of it, in money, of the whole organisation. */
function EarnedTile({
  title,
  months,
  note,
}: {
  title: string
  months: readonly string[]
  note: string | undefined
}) {
  const { partnerId } = useFrame()
  const earned = useEarned()
  return (
    <Tile title={title} to={partnerPlaces.earnings(partnerId)} note={note}>
      <Answer query={earned} lines={1}>
        {({ totals }) => <MoneyFigure money={earnedIn(totals, new Set(months))} />}
      </Answer>
    </Tile>
  )
}

const readyIn = ({ amounts }: PayoutOutlook): Money[] =>
  amounts.flatMap(({ amount, is_ready: isReady }) => (isReady ? [amount] : []))

function NextPayout() {
  const { partnerId } = useFrame()
  const outlook = useRead(['payouts', 'outlook'], (frame, signal) =>
    readBody(frame.client.GET('/program/payout-outlook', { signal })),
  )
  const day = outlook.data?.next_payout_on ?? null
  return (
    <Tile
      title={t('funnel.next_payout')}
      to={partnerPlaces.payouts(partnerId)}
      note={day === null ? t('funnel.no_payout_day') : t('funnel.payout_day', { day: formatDate(day) })}
    >
      <Answer query={outlook} lines={1}>
        {(body) => <MoneyFigure money={readyIn(body)} />}
      </Answer>
    </Tile>
  )
}

/** The agreement in force, or else the one that changed last. */
const pickCurrent = (items: readonly Agreement[]): Agreement | undefined =>
  items.find(({ is_in_force: isInForce }) => isInForce) ?? items[0]

/** How the agreement stands; nothing for a partner that was never offered one. */
function AgreementTile() {
  const { partnerId } = useFrame()
  const query = { limit: 10 }
  const agreements = useRead(['agreements', query], (frame, signal) =>
    readBody(frame.client.GET('/program/agreements', { params: { query }, signal })),
  )
  const current = pickCurrent(agreements.data?.items ?? [])
  if (!current) return null
  return (
    <Tile
      title={t('funnel.agreement')}
      to={partnerPlaces.agreement(partnerId, current.agreement_id)}
      note={t('agreements.version', { title: current.title, version: current.version })}
    >
      <p className="figure">{t(`status.agreement.${current.state}`)}</p>
    </Tile>
  )
}

/** What was earned this month and, for owners, what is paid next and how the agreement stands. */
function MoneyTiles() {
  const month = useEarned().data?.this_month
  const seesPayouts = useMay('partner_org.payouts.read')
  const seesAgreement = useMay('partner_org.agreements.history.read')
  return (
    <div className="tiles">
      <EarnedTile
        title={t('funnel.earned_month')}
        months={month === undefined ? [] : [month]}
        note={month === undefined ? undefined : t('funnel.earned_note', { month: formatMonth(month) })}
      />
      {seesPayouts && <NextPayout />}
      {seesAgreement && <AgreementTile />}
    </div>
  )
}

/** The months that figures are of, such as "Dec 2025 to Nov 2026"; nothing while there is none. */
function periodOf(months: readonly string[]): string | undefined {
  const ordered = months.toSorted()
  const [first, last] = [ordered[0], ordered.at(-1)]
  if (first === undefined || last === undefined) return undefined
  return t('funnel.period', { first: formatMonth(first), last: formatMonth(last) })
}

/** The steps as figures, from a click to what was earned. */
export function FunnelTiles({ totals, months }: Pick<ReferralStats, 'totals' | 'months'>) {
  const { partnerId } = useFrame()
  const seesEarned = useMay('partner_org.earnings.summary.read')
  const period = periodOf(months.map(({ month }) => month))
  return (
    <div className="tiles">
      <Tile title={t('funnel.clicks')} to={partnerPlaces.codes(partnerId)} note={period}>
        <p className="figure">{formatCount(totals.clicks)}</p>
      </Tile>
      <Tile
        title={t('funnel.sign_ups')}
        to={partnerPlaces.referrals(partnerId)}
        note={[period, rateOf(totals.sign_ups, totals.clicks)].filter(Boolean).join(' · ')}
      >
        <p className="figure">{formatCount(totals.sign_ups)}</p>
      </Tile>
      <Tile
        title={t('funnel.paying')}
        to={`${partnerPlaces.referrals(partnerId)}?state=locked`}
        note={rateOf(totals.paying, totals.sign_ups)}
      >
        <p className="figure">{formatCount(totals.paying)}</p>
      </Tile>
      {seesEarned && (
        <EarnedTile
          title={t('funnel.earned')}
          months={months.map(({ month }) => month)}
          note={t('funnel.earned_whole')}
        />
      )}
    </div>
  )
}

/** Nobody counts in halves: a mark between two whole numbers stays without a number. */
const formatWhole = (value: number): string => (Number.isInteger(value) ? formatCount(value) : '')

function Months({ months }: { months: ReferralStats['months'] }) {
  const steps = ['clicks', 'sign_ups', 'paying'] as const
  return (
    <Panel title={t('funnel.months')}>
      <div className="funnel">
        {steps.map((step) => (
          <TrendChart
            key={step}
            title={t(`funnel.${step}`)}
            of={t('funnel.month')}
            shape="bars"
            format={formatWhole}
            points={months.map((month) => ({ label: formatMonth(month.month), value: month[step] }))}
          />
        ))}
      </div>
      <p className="small muted">{t('funnel.note')}</p>
    </Panel>
  )
}

/** From click to customer: figures, month by month, each picture with its table. */
export function Funnel() {
  const stats = useStats()
  return (
    <Answer query={stats} lines={4}>
      {({ totals, months }) => (
        <>
          <FunnelTiles totals={totals} months={months} />
          <Months months={months} />
        </>
      )}
    </Answer>
  )
}

/** What the overview of a partner shows of the program. */
export function ProgramPart({ isWhole }: { isWhole: boolean }) {
  const stats = useStats()
  const seesEarned = useMay('partner_org.earnings.summary.read')
  if (isWhole)
    return (
      <>
        {seesEarned && <MoneyTiles />}
        <Funnel />
      </>
    )
  return (
    <Panel title={t('program.overview')}>
      <div className="stack">
        {seesEarned && <MoneyTiles />}
        <Answer query={stats} lines={2}>
          {(found) => <FunnelTiles totals={found.totals} months={found.months} />}
        </Answer>
      </div>
    </Panel>
  )
}

import './referrals-words.ts'
import '../../styles/reports.css'
import './referrals.css'
import { readBody } from '@liaison/client'
import type { ReferralStats } from '@liaison/client'

import { Panel, Tile } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatCount, formatPercent } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { TrendChart } from '../reports/charts.tsx'

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

/** The three steps as figures. */
export function FunnelTiles({ totals }: { totals: ReferralStats['totals'] }) {
  const { partnerId } = useFrame()
  return (
    <div className="tiles">
      <Tile title={t('funnel.clicks')} to={partnerPlaces.codes(partnerId)}>
        <p className="figure">{formatCount(totals.clicks)}</p>
      </Tile>
      <Tile
        title={t('funnel.sign_ups')}
        to={partnerPlaces.referrals(partnerId)}
        note={rateOf(totals.sign_ups, totals.clicks)}
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
            points={months.map((month) => ({ label: month.month, value: month[step] }))}
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
          <FunnelTiles totals={totals} />
          <Months months={months} />
        </>
      )}
    </Answer>
  )
}

/** What the overview of a partner shows of the program. */
export function ProgramPart({ isWhole }: { isWhole: boolean }) {
  const stats = useStats()
  if (isWhole) return <Funnel />
  return (
    <Panel title={t('program.overview')}>
      <Answer query={stats} lines={2}>
        {({ totals }) => <FunnelTiles totals={totals} />}
      </Answer>
    </Panel>
  )
}

import type { Resale, TenantConsent, TenantLink } from '@liaison/client'
import { useId } from 'react'
import type { ReactNode } from 'react'

import { EndText } from '../../parts/end-text.tsx'
import { fact, Facts } from '../../parts/page.tsx'
import type { Fact } from '../../parts/page.tsx'
import { LinkChip, MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { joinNames, t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { daysUntil, sentencesOfActions } from '../shared/access-words.ts'
import { orderedOf } from '../shared/ordered.ts'
import { shownStatus } from './freeze-note.tsx'
import { whoPays } from './who-pays.ts'

const mostLines = 3

/** The first of what somebody can do, and how much more there is. */
export function linesOf(can: readonly string[]): string {
  const more = can.length - mostLines
  return [...can.slice(0, mostLines), ...(more > 0 ? [t('access.more_lines', { count: more })] : [])].join(
    ' · ',
  )
}

type CardProps = {
  partner: string
  to: string
  stopTo: string
  chip: ReactNode
  facts: readonly Fact[]
  can: readonly string[]
  /** Where everything of the partner is stopped at once, when this is not all of it. */
  stopAllTo: string | null
  /** Whether the organisation stops the partner for now, so that nothing of it is open. */
  isStopped: boolean
}

/** One access: by whom, how, to what, until when, who pays, when it was used, and the way to stop it. */
function AccessCard({ partner, to, stopTo, stopAllTo, isStopped, chip, facts, can }: CardProps) {
  const id = useId()
  return (
    <section className="panel stack tight" aria-labelledby={id}>
      <div className="row">
        <h2 id={id} className="section-title">
          <GoLink className="thing" to={to}>
            {partner}
          </GoLink>
        </h2>
        {chip}
      </div>
      <Facts facts={facts} />
      <p className="muted">
        {isStopped && `${t('freeze.can', { who: t('access.they') })}: `}
        {linesOf(can)}
      </p>
      <div className="row">
        <GoLink className="row-tool" to={to}>
          {t('access.details')}
        </GoLink>
        <GoLink className="row-tool danger" to={stopTo}>
          {t('access.stop', { partner })}…
        </GoLink>
        {stopAllTo !== null && (
          <GoLink className="row-tool danger" to={stopAllTo}>
            {t('stopof.open', { partner })}
          </GoLink>
        )}
      </div>
    </section>
  )
}

type Extra = Pick<CardProps, 'stopAllTo' | 'isStopped'>

/** People of a partner who come in themselves. */
export function LinkCard({ link, ...extra }: Extra & { link: TenantLink }) {
  const { tenantId } = useFrame()
  const now = useNow(60_000)
  const { reads, writes, people } = link.activity_30d
  const names = link.people.map((one) => one.name)
  return (
    <AccessCard
      partner={link.partner_name}
      to={orgPlaces.link(tenantId, link.link_id)}
      {...extra}
      stopTo={orgPlaces.stop(tenantId, link.link_id)}
      chip={<LinkChip status={shownStatus(link.status, extra.isStopped)} days={link.expires_in_days} />}
      can={link.can}
      facts={[
        fact(t('way.label'), t('way.link')),
        fact(t('access.role'), link.role_title),
        fact(t('access.accounts'), t('way.whole')),
        fact(t('access.until'), link.ends_at === null ? t('link.no_end') : <EndText iso={link.ends_at} />),
        fact(t('access.pays'), whoPays(link)),
        fact(t('access.people'), names.length === 0 ? null : joinNames(names)),
        fact(t('link.last_used'), <MomentText iso={link.last_used_at} now={now} />),
        fact(t('access.last_30'), t('access.last_30_value', { reads, writes, people })),
      ]}
    />
  )
}

/** An app of a partner that was allowed to work on some accounts. */
export function ConsentCard({ consent, ...extra }: Extra & { consent: TenantConsent }) {
  const { tenantId } = useFrame()
  const now = useNow(60_000)
  const pays = [...new Set(consent.accounts.map((account) => account.who_pays ?? ''))]
  return (
    <AccessCard
      partner={consent.partner_name}
      to={orgPlaces.consent(tenantId, consent.consent_id)}
      {...extra}
      stopTo={orgPlaces.stopConsent(tenantId, consent.consent_id)}
      chip={
        <LinkChip
          status={shownStatus(consent.status, extra.isStopped)}
          days={daysUntil(consent.ends_at, now)}
        />
      }
      can={consent.can}
      facts={[
        fact(t('way.label'), t('way.consent', { app: consent.client.name })),
        fact(t('access.accounts'), joinNames(consent.accounts.map((account) => account.name ?? account.ban))),
        fact(t('access.until'), <EndText iso={consent.ends_at} />),
        fact(t('access.pays'), pays.join(' ')),
        fact(t('consent.ordered'), orderedOf(consent)),
        fact(t('link.last_used'), <MomentText iso={consent.last_used_at} now={now} />),
      ]}
    />
  )
}

/** A wholesaler that manages some accounts. */
export function ResaleCard({ resale, ...extra }: Extra & { resale: Resale }) {
  const { tenantId } = useFrame()
  const now = useNow(60_000)
  const partner = resale.partner_name ?? t('resale.plain')
  return (
    <AccessCard
      partner={partner}
      to={orgPlaces.resale(tenantId, resale.resale_id)}
      {...extra}
      stopTo={orgPlaces.stopResale(tenantId, resale.resale_id)}
      chip={
        <LinkChip
          status={shownStatus(resale.status, extra.isStopped)}
          days={daysUntil(resale.ends_at, now)}
        />
      }
      can={sentencesOfActions(resale.actions).can}
      facts={[
        fact(t('way.label'), t('way.resale', { agreement: resale.agreement_reference })),
        fact(t('access.accounts'), joinNames(resale.bans)),
        fact(t('access.until'), <EndText iso={resale.ends_at} />),
        fact(t('access.pays'), t('access.pays_resale', { partner })),
      ]}
    />
  )
}

import { Button } from '@mantine/core'
import type { Freeze, Resale, TenantConsent, TenantLink } from '@liaison/client'

import { BeginButton } from '../../parts/begin-button.tsx'
import { EndText } from '../../parts/end-text.tsx'
import { MoreButton } from '../../parts/endless.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, TroublePanel } from '../../parts/states.tsx'
import { LinkChip } from '../../parts/values.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import { textField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { ConsentCard, LinkCard, ResaleCard } from './access-cards.tsx'
import { isLiveResale, useConsents, useResales } from './calls-consents.ts'
import { PartnerCode } from '../linking/partner-code.tsx'
import { VersionNotes } from '../linking/versions-note.tsx'
import { isStopped, useAccessLinks, useFreezes } from './calls.ts'
import { ElevationNote } from './elevation-note.tsx'
import { FreezeNote, useStanding } from './freeze-note.tsx'
import { OwnPartnerNote } from './own-partner-note.tsx'
import { useOwnPartner } from './own-partner.ts'
import { WaitingConsents } from './waiting-consents.tsx'

type Access = {
  links: readonly TenantLink[]
  consents: readonly TenantConsent[]
  resales: readonly Resale[]
}

/** Whether a freeze keeps anything shut that would be open without it; while that is not read yet, it does. */
function useIsOpen(): (freeze: Freeze) => boolean {
  const links = useAccessLinks('active,approved,suspended').data?.items
  const consents = useConsents('active').data
  const resales = useResales().data?.items
  const own = useOwnPartner()
  if (links === undefined || consents === undefined || resales === undefined) return () => true
  const partners = new Set([
    ...[...links, ...consents, ...resales.filter(isLiveResale)].map((access) => access.partner_id),
    ...(own?.status === 'active' ? [own.partner_id] : []),
  ])
  return ({ scope, partner_id: id }) => (scope === 'tenant' ? partners.size > 0 : partners.has(id ?? ''))
}

function Freezes() {
  const freezes = useFreezes()
  const isOpen = useIsOpen()
  const standing = useStanding()
  if (freezes.isError && freezes.data === undefined && readTrouble(freezes.error).kind !== 'refused') {
    return <TroublePanel error={freezes.error} onRetry={() => void freezes.refetch()} />
  }
  return standing.map((freeze) => (
    <FreezeNote key={freeze.freeze_id} freeze={freeze} isOpen={isOpen(freeze)} />
  ))
}

/** Where everything of a partner is stopped at once, for each that was let in more than one way. */
function useStopAllOf({ links, consents, resales }: Access): (partnerId: string) => string | null {
  const { tenantId } = useFrame()
  const all = [...links, ...consents, ...resales].map((access) => access.partner_id)
  return (partnerId) =>
    all.filter((id) => id === partnerId).length > 1 ? orgPlaces.stopAllOf(tenantId, partnerId) : null
}

function Cards(access: Access) {
  const { links, consents, resales } = access
  const stopAllOf = useStopAllOf(access)
  const standing = useStanding()
  const more = ({ partner_id: partner }: { partner_id: string }) => ({
    stopAllTo: stopAllOf(partner),
    isStopped: isStopped(standing, partner),
  })
  return (
    <div className="cards-of">
      {links.map((link) => (
        <LinkCard key={link.link_id} link={link} {...more(link)} />
      ))}
      {consents.map((consent) => (
        <ConsentCard key={consent.consent_id} consent={consent} {...more(consent)} />
      ))}
      {resales.map((resale) => (
        <ResaleCard key={resale.resale_id} resale={resale} {...more(resale)} />
      ))}
    </div>
  )
}

type EndedLine = {
  id: string
  to: string
  partner: string
  status: string
  by: string | null
  how: string
  ended: string | null
}

function endedLines(tenantId: string, { links, consents, resales }: Access): EndedLine[] {
  return [
    ...links.map((link) => ({
      id: link.link_id,
      to: orgPlaces.link(tenantId, link.link_id),
      partner: link.partner_name,
      status: link.status,
      by: link.status_changed_by,
      how: link.role_title,
      ended: link.status_changed_at,
    })),
    ...consents.map((consent) => ({
      id: consent.consent_id,
      to: orgPlaces.consent(tenantId, consent.consent_id),
      partner: consent.partner_name,
      status: consent.status,
      by: consent.status_changed_by,
      how: t('way.consent', { app: consent.client.name }),
      ended: consent.status_changed_at,
    })),
    ...resales.map((resale) => ({
      id: resale.resale_id,
      to: orgPlaces.resale(tenantId, resale.resale_id),
      partner: resale.partner_name ?? t('resale.plain'),
      status: resale.status,
      by: resale.status_changed_by_side,
      how: t('way.resale', { agreement: resale.agreement_reference }),
      ended: resale.status_changed_at,
    })),
  ]
}

function Ended({ account }: { account: string }) {
  const { tenantId } = useFrame()
  const links = useAccessLinks('revoked,expired,declined,withdrawn,lapsed')
  const consents = useConsents('past')
  const resales = useResales()
  const lines = endedLines(tenantId, {
    links: links.data?.items ?? [],
    consents: consentsOf(consents.data ?? [], account),
    resales: resalesOf(resales.data?.items ?? [], account).filter((resale) => !isLiveResale(resale)),
  })
  if (lines.length === 0) return null
  return (
    <section aria-label={t('access.ended')}>
      <h2 className="section-title">{t('access.ended')}</h2>
      <ul className="can">
        {lines.map((line) => (
          <li key={line.id} className="row">
            <GoLink className="thing" to={line.to}>
              {line.partner}
            </GoLink>
            <LinkChip status={line.status} days={null} by={line.by} />
            <span className="muted">
              {line.how}, {t('access.ended_on')} <EndText iso={line.ended} isDay />
            </span>
          </li>
        ))}
      </ul>
      <MoreButton list={consents} />
    </section>
  )
}

const spec = { account: textField() }

function consentsOf(consents: readonly TenantConsent[], account: string): TenantConsent[] {
  return consents.filter(({ accounts }) => account === '' || accounts.some(({ ban }) => ban === account))
}

function resalesOf(resales: readonly Resale[], account: string): Resale[] {
  return resales.filter(({ bans }) => account === '' || bans.includes(account))
}

/** Every account that an app or a wholesaler works on, by its number, with its name where it has one. */
function accountsOf(consents: readonly TenantConsent[], resales: readonly Resale[]): Map<string, string> {
  const names = new Map(resales.flatMap(({ bans }) => bans.map((ban) => [ban, ban])))
  for (const { ban, name } of consents.flatMap(({ accounts }) => accounts)) {
    names.set(ban, name === null ? ban : `${name} (${ban})`)
  }
  return names
}

function AccountFilter({
  accounts,
  filters,
}: {
  accounts: Map<string, string>
  filters: Filters<typeof spec>
}) {
  const { values, set, clear, active } = filters
  if (accounts.size < 2 && values.account === '') return null
  return (
    <FilterBar active={active} onClear={clear} note={values.account !== '' && t('access.account_note')}>
      <Pick
        label={t('access.account')}
        value={values.account}
        words={['', ...accounts.keys()]}
        labelOf={(ban) => (ban === '' ? t('pick.any') : (accounts.get(ban) ?? ban))}
        onValue={(account) => set({ account })}
      />
    </FilterBar>
  )
}

function Nobody({ account }: { account: string }) {
  const { name } = useFrame()
  return (
    <div className="list">
      {account === '' ? (
        <Empty title={t('access.nobody', { org: name })} text={t('access.nobody_text')} />
      ) : (
        <Empty title={t('access.none_of_account')} />
      )}
    </div>
  )
}

/** Everything that is open now, whichever way it was opened, in one list. */
function Present({ filters }: { filters: Filters<typeof spec> }) {
  const { account } = filters.values
  const links = useAccessLinks('active,approved,suspended')
  const consents = useConsents('active')
  const resales = useResales()
  const isOwnPartner = useOwnPartner()?.status === 'active'
  return (
    <Answer query={links} lines={8}>
      {({ items }) => (
        <Answer query={consents} lines={8}>
          {(apps) => (
            <Answer query={resales} lines={8}>
              {({ items: managed }) => {
                const shown = {
                  links: items,
                  consents: consentsOf(apps, account),
                  resales: resalesOf(managed, account).filter(isLiveResale),
                }
                const isEmpty = Object.values(shown).every((rows) => rows.length === 0)
                return (
                  <div className="stack">
                    <AccountFilter
                      accounts={accountsOf(apps, managed.filter(isLiveResale))}
                      filters={filters}
                    />
                    {!isEmpty && <Cards {...shown} />}
                    {isEmpty && (!isOwnPartner || account !== '') && <Nobody account={account} />}
                    <MoreButton list={consents} />
                  </div>
                )
              }}
            </Answer>
          )}
        </Answer>
      )}
    </Answer>
  )
}

/** Who can get in, to what, until when and what for: people, apps and wholesalers alike, and how to stop each. */
export function AccessPage() {
  const { name, tenantId } = useFrame()
  const go = useGo()
  const filters = useFilters(spec)
  return (
    <Page
      title={t('access.title', { org: name })}
      lead={t('access.lead')}
      tools={
        <>
          <GoLink to={orgPlaces.accessThen(tenantId)}>{t('then.open')}</GoLink>
          <Button variant="default" onClick={() => go(orgPlaces.stopAll(tenantId))}>
            {t('stopall.open')}
          </Button>
          <BeginButton act="org.invite">{t('invite_partner.open')}</BeginButton>
        </>
      }
    >
      <div className="stack">
        <PartnerCode />
        <Freezes />
        <OwnPartnerNote />
        <ElevationNote />
        <WaitingConsents />
        <VersionNotes />
        <Present filters={filters} />
        <Ended account={filters.values.account} />
      </div>
    </Page>
  )
}

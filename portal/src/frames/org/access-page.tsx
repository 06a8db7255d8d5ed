import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Freeze, Resale, TenantConsent, TenantLink } from '@liaison/client'
import { useState } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import { Ask } from '../../parts/confirm.tsx'
import { MoreButton } from '../../parts/endless.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { Answer, Empty, TroublePanel } from '../../parts/states.tsx'
import { DateText, LinkChip } from '../../parts/values.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import { textField } from '../../platform/filters.ts'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { frozenName, isLiftAsked, liftBody, voidLift } from '../shared/freeze-words.ts'
import { ConsentCard, LinkCard, ResaleCard } from './access-cards.tsx'
import { isLiveResale, useConsents, useResales } from './calls-consents.ts'
import { PartnerCode } from '../linking/partner-code.tsx'
import { VersionNotes } from '../linking/versions-note.tsx'
import { useAccessLinks, useFreezes } from './calls.ts'
import { ElevationNote } from './elevation-note.tsx'
import { OwnPartnerNote } from './own-partner-note.tsx'
import { useOwnPartner } from './own-partner.ts'
import { WaitingConsents } from './waiting-consents.tsx'

function useLift(freeze: Freeze, who: string, onDone: () => void) {
  return useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.DELETE('/tenant/partner-access/freeze/{freeze_id}', {
          params: { path: { freeze_id: freeze.freeze_id } },
          body: liftBody(freeze, reason),
        }),
      ),
    (answer) => {
      onDone()
      showToast(t(answer.in_force ? 'freeze.lift_asked_own' : 'freeze.lifted', { who }))
    },
  )
}

function FreezeNote({ freeze }: { freeze: Freeze }) {
  const [isOpen, setOpen] = useState(false)
  const { name } = useFrame()
  const who = freeze.scope === 'tenant' ? t('freeze.everybody') : frozenName(freeze)
  const isFirstOfTwo = freeze.takes_two_people && !isLiftAsked(freeze)
  const lift = useLift(freeze, who, () => setOpen(false))
  return (
    <Note tone="bad">
      <p className="strong">
        {t('freeze.standing', {
          who,
          at: formatDateTime(freeze.created_at),
          name: freeze.set_by_name,
        })}
      </p>
      {freeze.reason !== null && <p>{freeze.reason}</p>}
      {isLiftAsked(freeze) ? (
        <p>{t(freeze.lift_asked_by_you ? 'freeze.lift_asked_own' : 'freeze.lift_asked')}</p>
      ) : (
        <p>{voidLift(freeze)}</p>
      )}
      {!freeze.lift_asked_by_you && (
        <button type="button" className="thing" onClick={() => setOpen(true)}>
          {t('freeze.lift')}…
        </button>
      )}
      <Ask
        opened={isOpen}
        title={t('freeze.lift_title', { who })}
        act={t('freeze.lift')}
        keep={t('freeze.keep')}
        isBusy={lift.isPending}
        error={lift.error}
        reason="required"
        onKeep={() => setOpen(false)}
        onAct={(reason) => lift.mutate(reason)}
      >
        {t(isFirstOfTwo ? 'freeze.lift_two_own' : 'freeze.lift_effect', { who: isFirstOfTwo ? name : who })}
      </Ask>
    </Note>
  )
}

function Freezes() {
  const freezes = useFreezes()
  if (freezes.isError && freezes.data === undefined && readTrouble(freezes.error).kind !== 'refused') {
    return <TroublePanel error={freezes.error} onRetry={() => void freezes.refetch()} />
  }
  const standing = (freezes.data?.items ?? []).filter((freeze) => freeze.in_force)
  return standing.map((freeze) => <FreezeNote key={freeze.freeze_id} freeze={freeze} />)
}

type Access = {
  links: readonly TenantLink[]
  consents: readonly TenantConsent[]
  resales: readonly Resale[]
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
  return (
    <div className="cards-of">
      {links.map((link) => (
        <LinkCard key={link.link_id} link={link} stopAllTo={stopAllOf(link.partner_id)} />
      ))}
      {consents.map((consent) => (
        <ConsentCard key={consent.consent_id} consent={consent} stopAllTo={stopAllOf(consent.partner_id)} />
      ))}
      {resales.map((resale) => (
        <ResaleCard key={resale.resale_id} resale={resale} stopAllTo={stopAllOf(resale.partner_id)} />
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
      ended: link.ends_at,
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
              {line.how}, <DateText iso={line.ended} />
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

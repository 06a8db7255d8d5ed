import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { TenantLinkDetail } from '@liaison/client'
import { useState } from 'react'

import { ActivityList } from '../../parts/activity-list.tsx'
import { Ask } from '../../parts/confirm.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { Answer } from '../../parts/states.tsx'
import { MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink, useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { orgPlaces, serverPlaces } from '../../places.ts'
import { formKey } from '../shared/form-key.ts'
import { GroupedLines } from '../shared/grouped-lines.tsx'
import { ChangeList, HistoryList, LinkFacts } from '../shared/link-parts.tsx'
import { useOwnCheck, useVisits } from '../linking/calls.ts'
import { AgreeNote } from '../linking/agree-note.tsx'
import { CheckPanel } from '../linking/check-panel.tsx'
import { ChecklistPanel } from '../linking/checklist-panel.tsx'
import { OrgNotes } from '../linking/notes-panel.tsx'
import { ObjectionNote } from '../linking/objection-note.tsx'
import { RenewalPanel } from '../linking/renewal-panel.tsx'
import { ReviewNote } from '../linking/review-note.tsx'
import { WaitNote } from '../linking/wait-note.tsx'
import { FactorPanel, VisitList } from '../linking/visit-list.tsx'
import { LessButton, LessPlace } from './allow-less.tsx'
import { freezesOf, useAccessLink } from './calls.ts'
import { ElevationNote } from './elevation-note.tsx'
import { FreezeNotes, shownStatus, useStanding } from './freeze-note.tsx'
import { KeptConditions } from './kept-conditions.tsx'
import { NarrowForm } from './narrow-form.tsx'
import { PartyPanel } from './party-panel.tsx'
import { whoPays } from './who-pays.ts'

type LinkProps = { link: TenantLinkDetail; etag: string | null }

function PauseButton({ link, etag, act }: LinkProps & { act: 'suspend' | 'resume' }) {
  const [isOpen, setOpen] = useState(false)
  const names = { partner: link.partner_name }
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST(`/tenant/partner-access/links/{link_id}/${act}`, {
          params: { path: { link_id: link.link_id } },
          headers: { 'If-Match': etag ?? '' },
          body: reason === '' ? {} : { reason },
        }),
      ),
    () => {
      setOpen(false)
      showToast(t(`access.${act}_done`, names))
    },
  )
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t(`access.${act}`)}…
      </Button>
      <Ask
        opened={isOpen}
        title={t(`access.${act}_title`, names)}
        act={t(`access.${act}`)}
        keep={t(`access.${act}_keep`)}
        isBusy={write.isPending}
        error={write.error}
        {...(act === 'suspend' ? { reason: 'optional' as const } : {})}
        onKeep={() => setOpen(false)}
        onAct={(reason) => write.mutate(reason)}
      >
        {t(`access.${act}_effect`, names)}
      </Ask>
    </>
  )
}

function Tools({ link, etag }: LinkProps) {
  const { tenantId } = useFrame()
  const go = useGo()
  const isLive = ['active', 'suspended', 'approved'].includes(link.status)
  // Where the partner is paused as a whole, its note offers to continue: a second pause beside it would change nothing.
  const isPaused = freezesOf(useStanding(), link.partner_id).length > 0
  return (
    <>
      {link.status === 'active' && !isPaused && <PauseButton link={link} etag={etag} act="suspend" />}
      {/* The side that paused resumes; after the clock, whoever confirms the review does. */}
      {link.status === 'suspended' && link.status_changed_by === 'tenant' && (
        <PauseButton link={link} etag={etag} act="resume" />
      )}
      {isLive && <LessButton />}
      {['active', 'suspended'].includes(link.status) && (
        <Button variant="default" onClick={() => go(orgPlaces.handOver(tenantId, link.link_id))}>
          {t('handover.open')}…
        </Button>
      )}
      {isLive && (
        <Button variant="default" onClick={() => go(orgPlaces.stop(tenantId, link.link_id))}>
          {t('access.stop', { partner: link.partner_name })}…
        </Button>
      )}
    </>
  )
}

function People({ link }: { link: TenantLinkDetail }) {
  const now = useNow(60_000)
  return (
    <Panel title={t('access.people_title', { partner: link.partner_name })}>
      {link.people.length === 0 ? (
        <p className="muted">{t('access.people_none')}</p>
      ) : (
        <ul className="can">
          {link.people.map((person) => (
            <li key={person.name} className="row">
              <span className="strong">{person.name}</span>
              <span className="muted">
                {t('access.used')} <MomentText iso={person.last_used_at} now={now} />
                {person.factor !== null && `, ${tValue('factor', person.factor)}`}
                {person.via_team && ` · ${t('access.by_team', { team: person.via_team.name })}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

const visitDays = 30
const mostVisits = 5

function Visits({ link }: { link: TenantLinkDetail }) {
  const { tenantId } = useFrame()
  const visits = useVisits({ partner_id: link.partner_id, days: visitDays, limit: mostVisits })
  return (
    <Panel title={t('visits.title')}>
      <Answer query={visits} lines={3}>
        {({ items }) => <VisitList visits={items} />}
      </Answer>
      <p>
        <GoLink to={`${orgPlaces.visits(tenantId)}?partner=${link.partner_id}`}>{t('visits.all')}</GoLink>
      </p>
    </Panel>
  )
}

function Check({ link }: { link: TenantLinkDetail }) {
  return <CheckPanel query={useOwnCheck(link.link_id)} />
}

/** What of this access waits for an answer, and where it is given. */
function Waiting({ link }: { link: TenantLinkDetail }) {
  const { tenantId } = useFrame()
  const waiting = link.changes.find(({ status }) => status === 'waiting')
  return (
    <>
      {link.invitation_counts === false && (
        <Note tone="attention">{t('access.invitation_void', { partner: link.partner_name })}</Note>
      )}
      {link.invitation_counts === true && <AgreeNote link={link} />}
      {link.status === 'requested' && link.initiated_by === 'partner' && (
        <Note tone="attention">
          <p>
            {t('access.waits', { partner: link.partner_name })}{' '}
            <a href={serverPlaces.reviewLink(link.link_id)}>{t('access.review')}</a>
          </p>
        </Note>
      )}
      {waiting && (
        <Note tone="attention">
          <p>
            {waiting.begun_by === 'tenant'
              ? t('access.own_change_waits', { person: waiting.requested_by_name })
              : t('access.change_waits', { partner: link.partner_name })}{' '}
            <GoLink to={orgPlaces.requests(tenantId)}>{t('access.more_answer')}</GoLink>
          </p>
        </Note>
      )}
      <ElevationNote linkId={link.link_id} />
    </>
  )
}

/** What the form that allows less is about. */
const narrowedBy = ({ access_role, ends_at, own_accounts_only, permissions }: TenantLinkDetail): string =>
  formKey([access_role, ends_at, own_accounts_only, permissions])

/** What belongs to the access besides: who is behind it, its end, its people, the own notes, and the form that allows less. */
function Aside({ link, etag, isLive }: LinkProps & { isLive: boolean }) {
  return (
    <>
      <PartyPanel link={link} />
      {link.via_partner_name !== null && (
        <Panel title={t('via.label')}>
          <p>{t('via.text', { name: link.via_partner_name })}</p>
        </Panel>
      )}
      <RenewalPanel link={link} etag={etag} />
      <People link={link} />
      {isLive && <Check link={link} />}
      <FactorPanel linkId={link.link_id} />
      <OrgNotes linkId={link.link_id} />
      {isLive && (
        <LessPlace>
          <KeptForm value={{ link, etag }} version={narrowedBy(link)}>
            {(held) => <NarrowForm {...held} />}
          </KeptForm>
        </LessPlace>
      )}
      <HistoryList history={link.history} />
    </>
  )
}

function Body({ link, etag }: LinkProps) {
  const isLive = ['active', 'suspended', 'approved'].includes(link.status)
  const standing = useStanding()
  const freezes = isLive ? freezesOf(standing, link.partner_id) : []
  const shown = shownStatus(link.status, freezes.length > 0)
  const they = t('access.they')
  return (
    <div className="columns">
      <div className="stack">
        <FreezeNotes freezes={freezes} />
        <ReviewNote link={link} />
        <ObjectionNote link={link} />
        <WaitNote link={link} who={link.partner_name} />
        <ChecklistPanel link={link} />
        <Waiting link={link} />
        <LinkFacts title={t('access.link_plain')} link={link} shown={shown} whoPays={whoPays(link)} />
        <Panel title={t('access.can_title', { partner: link.partner_name })}>
          <PermissionList
            can={link.can}
            cannot={link.cannot}
            who={they}
            renderCan={(lines) => <GroupedLines lines={lines} />}
            canTitle={shown === 'suspended' ? t('freeze.can', { who: they }) : undefined}
          />
        </Panel>
        <KeptConditions link={link} />
        <ChangeList changes={link.changes} />
        <Visits link={link} />
        <section aria-label={t('access.did_title', { partner: link.partner_name })}>
          <h2 className="section-title">{t('access.did_title', { partner: link.partner_name })}</h2>
          <ActivityList
            filter={{ partner_id: link.partner_id, limit: 10 }}
            isFiltered={false}
            emptyText={t('access.did_none', { partner: link.partner_name })}
          />
        </section>
      </div>
      <div className="stack">
        <Aside link={link} etag={etag} isLive={isLive} />
      </div>
    </div>
  )
}

/** One partner's access in plain words: what, who, until when, what they did, and how to make it less. */
export function AccessLinkPage() {
  const { tenantId } = useFrame()
  const link = useAccessLink(useParam('link'))
  return (
    <Page
      title={
        link.data ? t('access.link_title', { partner: link.data.body.partner_name }) : t('access.link_plain')
      }
      back={{ to: orgPlaces.access(tenantId), label: t('nav.who_has_access') }}
      tools={link.data && <Tools link={link.data.body} etag={link.data.etag} />}
    >
      <Answer query={link} lines={12}>
        {({ body, etag }) => <Body link={body} etag={etag} />}
      </Answer>
    </Page>
  )
}

import { Button } from '@mantine/core'
import { readBody } from '@liaison/sdk'
import type { Freeze, TenantLink } from '@liaison/sdk'
import { useId, useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { fact, Facts, Note, Page } from '../../parts/page.tsx'
import { Answer, Empty, TroublePanel } from '../../parts/states.tsx'
import { DateText, LinkChip, MomentText } from '../../parts/values.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import { useNow } from '../../platform/clock.ts'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { joinNames, t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { frozenName } from '../shared/freeze-words.ts'
import { useAccessLinks, useFreezes } from './calls.ts'

const mostLines = 3

function AccessCard({ link }: { link: TenantLink }) {
  const { tenantId } = useFrame()
  const now = useNow(60_000)
  const id = useId()
  const { reads, writes, people } = link.activity_30d
  return (
    <section className="panel stack tight" aria-labelledby={id}>
      <div className="row">
        <h2 id={id} className="section-title">
          <GoLink className="thing" to={orgPlaces.link(tenantId, link.link_id)}>
            {link.partner_name}
          </GoLink>
        </h2>
        <LinkChip status={link.status} days={link.expires_in_days} />
      </div>
      <Facts
        facts={[
          fact(t('access.role'), link.role_title),
          fact(t('access.until'), link.ends_at === null ? t('link.no_end') : <DateText iso={link.ends_at} />),
          fact(
            t('access.people'),
            link.people.length === 0 ? null : joinNames(link.people.map((one) => one.name)),
          ),
          fact(t('link.last_used'), <MomentText iso={link.last_used_at} now={now} />),
          fact(t('access.last_30'), t('access.last_30_value', { reads, writes, people })),
        ]}
      />
      <p className="muted">
        {link.can.slice(0, mostLines).join(' · ')}
        {link.can.length > mostLines &&
          ` · ${t('access.more_lines', { count: link.can.length - mostLines })}`}
      </p>
      <div className="row">
        <GoLink className="row-tool" to={orgPlaces.link(tenantId, link.link_id)}>
          {t('access.details')}
        </GoLink>
        <GoLink className="row-tool danger" to={orgPlaces.stop(tenantId, link.link_id)}>
          {t('access.stop', { partner: link.partner_name })}
        </GoLink>
      </div>
    </section>
  )
}

function FreezeNote({ freeze }: { freeze: Freeze }) {
  const [isOpen, setOpen] = useState(false)
  const who = freeze.scope === 'tenant' ? t('freeze.everybody') : frozenName(freeze)
  const lift = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.DELETE('/tenant/partner-access/freeze/{freeze_id}', {
          params: { path: { freeze_id: freeze.freeze_id } },
          body: { reason },
        }),
      ),
    () => {
      setOpen(false)
      showToast(t('freeze.lifted', { who }))
    },
  )
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
      <button type="button" className="thing" onClick={() => setOpen(true)}>
        {t('freeze.lift')}…
      </button>
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
        {t('freeze.lift_effect', { who })}
      </Ask>
    </Note>
  )
}

function Freezes() {
  const freezes = useFreezes()
  if (freezes.isError && readTrouble(freezes.error).kind !== 'refused') {
    return <TroublePanel error={freezes.error} onRetry={() => void freezes.refetch()} />
  }
  const standing = (freezes.data?.items ?? []).filter((freeze) => freeze.in_force)
  return standing.map((freeze) => <FreezeNote key={freeze.freeze_id} freeze={freeze} />)
}

function Cards({ links }: { links: readonly TenantLink[] }) {
  const { name } = useFrame()
  if (links.length === 0) {
    return (
      <div className="list">
        <Empty title={t('access.nobody', { org: name })} text={t('access.nobody_text')} />
      </div>
    )
  }
  return (
    <div className="cards-of">
      {links.map((link) => (
        <AccessCard key={link.link_id} link={link} />
      ))}
    </div>
  )
}

function Ended() {
  const { tenantId } = useFrame()
  const ended = useAccessLinks('revoked,expired,declined,withdrawn,lapsed')
  if (!ended.data || ended.data.items.length === 0) return null
  return (
    <section aria-label={t('access.ended')}>
      <h2 className="section-title">{t('access.ended')}</h2>
      <ul className="can">
        {ended.data.items.map((link) => (
          <li key={link.link_id} className="row">
            <GoLink className="thing" to={orgPlaces.link(tenantId, link.link_id)}>
              {link.partner_name}
            </GoLink>
            <LinkChip status={link.status} days={null} />
            <span className="muted">
              {link.role_title}, <DateText iso={link.ends_at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Who can see the organisation's data now, what for, until when, and how to stop it. */
export function AccessPage() {
  const { name, tenantId } = useFrame()
  const go = useGo()
  const links = useAccessLinks('active,approved,suspended')
  return (
    <Page
      title={t('access.title', { org: name })}
      lead={t('access.lead')}
      tools={
        <Button variant="default" onClick={() => go(orgPlaces.stopAll(tenantId))}>
          {t('stopall.open')}
        </Button>
      }
    >
      <div className="stack">
        <Freezes />
        <Answer query={links} lines={8}>
          {({ items }) => <Cards links={items} />}
        </Answer>
        <Ended />
      </div>
    </Page>
  )
}

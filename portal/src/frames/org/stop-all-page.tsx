import { Checkbox } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { StoppedAll, TenantLink } from '@liaison/client'
import { useState } from 'react'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { DateText, IdText, LinkChip, MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatInstant } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { isLiveResale, useConsents, useResales } from './calls-consents.ts'
import { useAccessLinks } from './calls.ts'

function What({ links }: { links: readonly TenantLink[] }) {
  const now = useNow(60_000)
  return (
    <div className="list">
      <TableFrame
        caption={t('stopall.table')}
        heads={[
          t('column.partner'),
          t('access.role'),
          t('column.link'),
          { figures: t('column.people') },
          { figures: t('link.last_used') },
          { figures: t('access.until') },
        ]}
      >
        {links.map((link) => (
          <tr key={link.link_id}>
            <td className="strong">{link.partner_name}</td>
            <td data-label={t('access.role')}>{link.role_title}</td>
            <td data-label={t('column.link')}>
              <LinkChip status={link.status} days={link.expires_in_days} />
            </td>
            <td className="num" data-label={t('column.people')}>
              {link.people.length}
            </td>
            <td className="num" data-label={t('link.last_used')}>
              <MomentText iso={link.last_used_at} now={now} />
            </td>
            <td className="num" data-label={t('access.until')}>
              <DateText iso={link.ends_at} />
            </td>
          </tr>
        ))}
      </TableFrame>
    </div>
  )
}

function nameOf(app: StoppedAll['apps'][number]): string {
  return app.client_name === null
    ? t('stopall.wholesaler', { partner: app.partner_name })
    : t('stopall.app', { partner: app.partner_name, app: app.client_name })
}

function Done({ stopped }: { stopped: StoppedAll }) {
  const { tenantId } = useFrame()
  return (
    <Panel title={t('stopall.done_title', { at: formatInstant(stopped.stopped_at) })}>
      <div className="prose">
        <p role="status">{t('stopall.done', { count: stopped.items.length })}</p>
        <ul>
          {stopped.items.map((item) => (
            <li key={item.link_id}>
              {t('stopall.done_one', { partner: item.partner_name, count: item.people })}
            </li>
          ))}
          {stopped.apps.map((app) => (
            <li key={app.delegation_id}>{nameOf(app)}</li>
          ))}
          {stopped.forms.map((form) => (
            <li key={form.delegation_id}>
              {t(`stopall.${form.kind}`, { agency: form.agency_name, name: form.name })}
            </li>
          ))}
        </ul>
        <p>{t('stopall.done_next')}</p>
        <IdText id={stopped.reference} />
        <p>
          <GoLink to={orgPlaces.access(tenantId)}>{t('stop.others')}</GoLink>
        </p>
      </div>
    </Panel>
  )
}

/** How many forms the organisation's agencies have; none for whoever may not close them. */
function useFormsInUse(): number {
  const mayClose = useMay('tenant.agencies.manage')
  const agencies = useRead(
    ['agencies', 'with-forms'],
    (frame, signal) =>
      readBody(frame.client.GET('/tenant/agencies', { params: { query: { limit: 100 } }, signal })),
    { enabled: mayClose },
  )
  return (agencies.data?.items ?? []).reduce((sum, { forms }) => sum + forms, 0)
}

function StopAllForm({ links }: { links: readonly TenantLink[] }) {
  const { name, tenantId } = useFrame()
  const go = useGo()
  const apps = useConsents('active').data?.length ?? 0
  const wholesalers = (useResales().data?.items ?? []).filter(isLiveResale).length
  const [stopsForms, setStopsForms] = useState(false)
  const forms = useFormsInUse()
  const write = useWrite(async ({ reason, typed }: { reason: string; typed: string }, { client }) => {
    const body = { reason, confirm_name: typed, stops_forms: stopsForms }
    return readBody(client.POST('/tenant/partner-access/stop-all', { body }))
  })
  if (write.data) return <Done stopped={write.data} />
  const people = links.reduce((sum, link) => sum + link.people.length, 0)
  return (
    <div className="stack">
      {links.length > 0 && <What links={links} />}
      <ConfirmPage
        effects={[
          ...(links.length > 0 ? [t('stopall.effect', { count: links.length, people })] : []),
          ...(apps > 0 ? [t('stopall.effect_apps', { count: apps })] : []),
          ...(wholesalers > 0 ? [t('stopall.effect_wholesalers', { count: wholesalers })] : []),
          t('stopall.next_request'),
          t('stopall.back'),
        ]}
        typed={name}
        typedLabel={t('stopall.type')}
        act={t('stopall.act_all')}
        keep={t('stopall.keep')}
        reason="required"
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => go(orgPlaces.access(tenantId))}
        onAct={(reason, typed) => write.mutate({ reason, typed })}
      >
        {forms > 0 && (
          <Checkbox
            label={t('stopall.forms', { count: forms })}
            description={t('stopall.forms_about')}
            checked={stopsForms}
            onChange={(event) => setStopsForms(event.currentTarget.checked)}
          />
        )}
      </ConfirmPage>
    </div>
  )
}

/** The emergency page: stops every partner at once (level 3). */
export function StopAllPage() {
  const { tenantId } = useFrame()
  const links = useAccessLinks('active,approved,suspended')
  return (
    <Page
      title={t('stopall.title')}
      lead={t('stopall.lead')}
      back={{ to: orgPlaces.access(tenantId), label: t('nav.who_has_access') }}
    >
      <Answer query={links}>{({ items }) => <StopAllForm links={items} />}</Answer>
    </Page>
  )
}

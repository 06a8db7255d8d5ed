import { readBody, readTagged } from '@liaison/client'

import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useAccessLink, useAccessLinks } from '../org/calls.ts'
import { PolicyView } from './policy-view.tsx'

function Agreements({ tenantId }: { tenantId: string }) {
  const links = useAccessLinks('')
  return (
    <Panel title={t('promise.list')}>
      <Answer query={links} lines={3}>
        {(page) => {
          const live = page.items.filter(({ status }) => status === 'active' || status === 'suspended')
          if (live.length === 0) return <p className="muted">{t('promise.list_none')}</p>
          return (
            <ul className="plain stack tight">
              {live.map((link) => (
                <li key={link.link_id}>
                  <GoLink to={orgPlaces.slaLink(tenantId, link.link_id)}>
                    {t('promise.with', { partner: link.partner_name })}
                  </GoLink>
                </li>
              ))}
            </ul>
          )
        }}
      </Answer>
    </Panel>
  )
}

/** What the organisation promises by itself, and the way to what it agreed with each partner. */
export function OrgSlaPage() {
  const { client, name, tenantId } = useFrame()
  const maySeeLinks = useMay('tenant.partner_access.read')
  const policy = useRead(['sla', 'default'], (frame, signal) =>
    readTagged(frame.client.GET('/tenant/sla/policies/default', { signal })),
  )
  return (
    <Page title={t('promise.title')} lead={t('promise.lead_org', { tenant: name })}>
      <div className="stack">
        {maySeeLinks && <Agreements tenantId={tenantId} />}
        <div className="part-head">
          <h2>{t('promise.default')}</h2>
          <p className="muted">{t('promise.default_about', { tenant: name })}</p>
        </div>
        <Answer query={policy} lines={10}>
          {({ body, etag }) => (
            <PolicyView
              policy={body}
              etag={etag}
              tenant={name}
              save={(written, tag) =>
                readBody(
                  client.PUT('/tenant/sla/policies/default', { headers: { 'If-Match': tag }, body: written }),
                )
              }
            />
          )}
        </Answer>
      </div>
    </Page>
  )
}

/** What the organisation agreed with one partner. */
export function LinkSlaPage() {
  const { client, name, tenantId } = useFrame()
  const linkId = useParam('link')
  const path = { path: { link_id: linkId } }
  const link = useAccessLink(linkId)
  const policy = useRead(['sla', linkId], (frame, signal) =>
    readTagged(frame.client.GET('/tenant/sla/policies/links/{link_id}', { params: path, signal })),
  )
  const partner = link.data?.body.partner_name ?? ''
  return (
    <Page
      title={partner === '' ? t('promise.title') : t('promise.with', { partner })}
      lead={partner !== '' && t('promise.lead_link', { partner, tenant: name })}
      back={{ to: orgPlaces.sla(tenantId), label: t('promise.title') }}
    >
      <Answer query={policy} lines={10}>
        {({ body, etag }) => (
          <PolicyView
            policy={body}
            etag={etag}
            tenant={name}
            save={(written, tag) =>
              readBody(
                client.PUT('/tenant/sla/policies/links/{link_id}', {
                  params: path,
                  headers: { 'If-Match': tag },
                  body: written,
                }),
              )
            }
          />
        )}
      </Answer>
    </Page>
  )
}

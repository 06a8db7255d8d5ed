import { readBody, readTagged } from '@liaison/client'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { choiceField } from '../../platform/filters.ts'
import { useActing } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { PolicyView } from './policy-view.tsx'

const kinds = ['link', 'default', 'floor'] as const
type Kind = (typeof kinds)[number]

const spec = { kind: choiceField(kinds, 'link') }

function Policy({ kind }: { kind: Kind }) {
  const { acting, client, tenantName } = useActing()
  const policy = useRead(['sla', kind], (frame, signal) =>
    readTagged(frame.client.GET('/partner/sla/policies/{kind}', { params: { path: { kind } }, signal })),
  )
  return (
    <>
      <p className="muted">
        {t(`promise.${kind}_about`, { tenant: tenantName, partner: acting.partner_name })}
      </p>
      <Answer query={policy} lines={10}>
        {({ body, etag }) => (
          <PolicyView
            policy={body}
            etag={etag}
            tenant={tenantName}
            save={
              kind === 'default'
                ? null
                : (written, tag) =>
                    readBody(
                      client.PUT('/partner/sla/policies/{kind}', {
                        params: { path: { kind } },
                        headers: { 'If-Match': tag },
                        body: written,
                      }),
                    )
            }
          />
        )}
      </Answer>
    </>
  )
}

/** What is promised in the tenant acted in: under this link, by the tenant itself, and the floor that a headquarters sets. */
export function ActingSlaPage() {
  const { acting, partnerId, tenantId, tenantName } = useActing()
  const { values } = useFilters(spec)
  const isHeadquarters = acting.permissions.includes('partner.sla.policy.write')
  const shown = kinds.filter((kind) => kind !== 'floor' || isHeadquarters)
  const kind = shown.find((one) => one === values.kind) ?? 'link'
  const place = actingPlaces.sla(partnerId, tenantId)
  return (
    <Page title={t('promise.title')} lead={t('promise.lead_acting', { tenant: tenantName })}>
      <div className="stack">
        <nav className="row" aria-label={t('promise.title')}>
          {shown.map((one) => (
            <GoLink
              key={one}
              to={one === 'link' ? place : `${place}?kind=${one}`}
              className={one === kind ? 'tab strong' : 'tab'}
              {...(one === kind ? { 'aria-current': 'page' as const } : {})}
            >
              {t(`promise.${one}`)}
            </GoLink>
          ))}
        </nav>
        <Policy key={kind} kind={kind} />
      </div>
    </Page>
  )
}

import { readBody } from '@liaison/client'
import { Button } from '@mantine/core'

import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, StatusChip } from '../../parts/values.tsx'
import { formatCount } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink, useGo, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { LinksOf } from './links-of.tsx'

function ServicesLink({ tenantId }: { tenantId: string }) {
  return <GoLink to={platformPlaces.servicesOf(tenantId)}>{t('tenant.services')}</GoLink>
}

/** One tenant: metadata and who has access. */
export function TenantPage() {
  const id = useParam('ten')
  const go = useGo()
  const mayAsk = useMay('platform.assistance.use')
  const seesServices = useMay('platform.commercial.read')
  const tenant = useRead(['tenant', id], (frame, signal) =>
    readBody(frame.client.GET('/admin/tenants/{tenant_id}', { params: { path: { tenant_id: id } }, signal })),
  )
  return (
    <Page
      title={tenant.data?.name ?? t('column.tenant')}
      back={{ to: platformPlaces.tenants(), label: t('nav.tenants') }}
      tools={
        mayAsk &&
        tenant.data !== undefined &&
        tenant.data.status !== 'closed' && (
          <Button variant="default" onClick={() => go(platformPlaces.askSupport(id))}>
            {t('tenant.ask_support')}
          </Button>
        )
      }
    >
      <Answer query={tenant}>
        {(found) => (
          <div className="stack">
            <Note tone="off">
              <p>{t('tenant.metadata')}</p>
            </Note>
            <Panel title={t('tenant.facts')}>
              <Facts
                facts={[
                  fact(t('column.status'), <StatusChip family="organisation" value={found.status} />),
                  fact(t('column.links'), formatCount(found.active_links)),
                  fact(t('nav.services'), seesServices && <ServicesLink tenantId={id} />),
                  fact(t('column.since'), <DateText iso={found.created_at} />),
                  fact(t('newpartner.slug'), <code className="mono">{found.slug}</code>),
                  fact(t('link.id'), <IdText id={found.tenant_id} />),
                ]}
              />
            </Panel>
            <LinksOf query={{ tenant_id: id }} />
          </div>
        )}
      </Answer>
    </Page>
  )
}

import { readBody } from '@liaison/client'
import type { PartnerSandbox } from '@liaison/client'

import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { BeginPanel } from './sandbox-begin.tsx'
import { ReturnPanel } from './sandbox-return.tsx'

/** Another part of the portal: the customer's own pages, which the person opens as its administrator. */
function TenantLink({ tenantId }: { tenantId: string }) {
  return <a href={orgPlaces.access(tenantId)}>{t('sandbox.open_customer')}</a>
}

function TenantPanel({ tenant }: PartnerSandbox) {
  return (
    <Panel title={t('sandbox.customer')}>
      {tenant === null ? (
        <p>{t('sandbox.none')}</p>
      ) : (
        <Facts
          facts={[
            fact(t('sandbox.customer_name'), tenant.name),
            fact(
              t('sandbox.accounts'),
              tenant.accounts.map(({ ban, name }) => (
                <div key={ban}>
                  {name} <code className="mono">{ban}</code>
                </div>
              )),
            ),
            fact(
              t('sandbox.you'),
              tenant.decides ? <TenantLink tenantId={tenant.tenant_id} /> : t('sandbox.you_join'),
            ),
          ]}
        />
      )}
    </Panel>
  )
}

/** Where a developer is the customer of an own sandbox client, and makes a first call with what came of it (A11, experience.md section 4). */
export function SandboxPage() {
  const sandbox = useRead(['sandbox'], ({ client }, signal) =>
    readBody(client.GET('/partner/sandbox', { signal })),
  )
  return (
    <Page title={t('sandbox.title')} lead={t('sandbox.lead')}>
      <div className="stack form">
        <ReturnPanel />
        <BeginPanel />
        <Answer query={sandbox} lines={3}>
          {(body) => <TenantPanel tenant={body.tenant} />}
        </Answer>
      </div>
    </Page>
  )
}

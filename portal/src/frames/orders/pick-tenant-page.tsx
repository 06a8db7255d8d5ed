import '../../parts/job-words.ts'
import { readBody } from '@liaison/client'

import { Finder } from '../../parts/finder.tsx'
import type { Find } from '../../parts/finder.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { clientFor, useFrame } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { actingPlaces, orgPlaces, partnerPlaces } from '../../places.ts'
import { useOwnOrganisations } from './own-organisations.ts'

/** Tenants in which the person may act now; whether it may order there is said by the form. */
const findTenants: Find = async (_frame, search, signal) => {
  const query = { search, limit: 20 }
  const { items } = await readBody(
    clientFor('').GET('/partner/context/tenants', { params: { query }, signal }),
  )
  return items
    .filter((tenant) => tenant.link_status === 'active')
    .map(({ tenant_id: id, name, role_title: about }) => ({ id, name, about }))
}

function Own() {
  const { name } = useFrame()
  const own = useOwnOrganisations()
  if (own.length === 0) return <p className="muted">{t('ordering.pick_own_none', { partner: name })}</p>
  return (
    <ul className="plain">
      {own.map((organisation) => (
        <li key={organisation.id}>
          <GoLink to={orgPlaces.newOrder(organisation.id)}>
            {t('ordering.pick_own_about', { name: organisation.name })}
          </GoLink>
        </li>
      ))}
    </ul>
  )
}

/** For whom the order is: nothing is chosen beforehand, and the next page says who is billed. */
export function PickTenantPage() {
  const { partnerId } = useFrame()
  const go = useGo()
  return (
    <Page
      title={t('ordering.pick_title')}
      lead={t('ordering.pick_lead')}
      back={{ to: partnerPlaces.orders(partnerId), label: t('nav.orders') }}
    >
      <div className="halves">
        <Panel title={t('ordering.pick_own')}>
          <Own />
        </Panel>
        <Panel title={t('ordering.pick_tenant')}>
          <Finder
            id="order_tenant"
            kind="own-tenant"
            label={t('ordering.tenant')}
            find={findTenants}
            chosen={null}
            onChosen={(tenant) => {
              if (tenant !== null) go(actingPlaces.newOrder(partnerId, tenant.id))
            }}
          />
        </Panel>
      </div>
    </Page>
  )
}

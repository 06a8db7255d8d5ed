import { Page, Panel } from '../../parts/page.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { actingPlaces, orgPlaces, partnerPlaces } from '../../places.ts'
import { TenantFinder } from '../shared/tenant-finder.tsx'
import { useOwnOrganisations } from './own-organisations.ts'

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
          <TenantFinder
            id="order_tenant"
            label={t('ordering.tenant')}
            onFound={(tenant) => go(actingPlaces.newOrder(partnerId, tenant))}
          />
        </Panel>
      </div>
    </Page>
  )
}

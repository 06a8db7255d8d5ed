import { Button, Drawer } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ManagedTenant, ManagedTenantDetail } from '@liaison/client'

import { fact, Facts, Note } from '../../parts/page.tsx'
import { sayTrouble } from '../../parts/say-trouble.ts'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, LinkChip, MomentText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { useBesideKeys } from '../../platform/beside-keys.ts'
import { useNow } from '../../platform/clock.ts'
import { formatPercent } from '../../platform/format.ts'
import { clientFor, useFrame } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'

function LinkFacts({ tenant }: { tenant: ManagedTenantDetail }) {
  const now = useNow(60_000)
  const { relationship } = tenant
  return (
    <Facts
      facts={[
        fact(
          t('column.status'),
          <LinkChip status={relationship.status} days={relationship.expires_in_days} />,
        ),
        fact(t('column.my_role'), tValue('role', relationship.access_role)),
        fact(t('link.kind'), tValue('relationship', relationship.relationship_type)),
        fact(t('link.starts'), <DateText iso={relationship.start_date} />),
        fact(t('link.ends'), <DateText iso={relationship.end_date} />),
        fact(t('link.last_used'), <MomentText iso={tenant.last_accessed_at} now={now} />),
        fact(t('managed.conditions'), tenant.conditions_in_force ? t('managed.conditions_on') : ''),
      ]}
    />
  )
}

function WorkFacts({ tenant }: { tenant: ManagedTenantDetail }) {
  const { metrics, relationship } = tenant
  if (metrics === null) return null
  const withUnit = (value: number | null, unit: 'hours') =>
    value === null ? null : t(`unit.${unit}`, { count: value })
  return (
    <Facts
      facts={[
        fact(
          t('tile.open_tickets'),
          metrics.open_tickets === null ? t('value.withheld') : String(metrics.open_tickets),
        ),
        fact(t('column.outstanding'), <MoneyText money={metrics.outstanding} />),
        fact(t('column.overdue'), <MoneyText money={metrics.overdue} late />),
        fact(t('managed.mrr'), metrics.current_mrr && <MoneyText money={metrics.current_mrr} />),
        fact(
          t('managed.subscribers'),
          metrics.total_subscribers === null
            ? null
            : t('managed.subscribers_value', {
                active: metrics.active_subscribers ?? 0,
                total: metrics.total_subscribers,
              }),
        ),
        fact(t('column.sla'), tenant.sla?.state && <StatusChip family="sla" value={tenant.sla.state} />),
        fact(
          t('managed.uptime'),
          metrics.avg_uptime_30d === null ? null : formatPercent(metrics.avg_uptime_30d),
        ),
        fact(t('managed.response'), withUnit(relationship.sla_response_hours, 'hours')),
        fact(t('managed.plan'), tenant.plan_type),
        fact(t('managed.contact'), tenant.contact?.name),
        fact(t('managed.mail'), tenant.contact?.email),
        fact(t('managed.phone'), tenant.contact?.phone),
      ]}
    />
  )
}

/** Keeps a tenant at the top of the switcher, or takes it from there. Pinned ones come first in the list that is asked. */
function PinButton({ tenant }: { tenant: ManagedTenantDetail }) {
  const own = useRead(['palette', 'pins'], () => readBody(clientFor('').GET('/partner/context/tenants')))
  const isPinned = own.data?.items.some(({ tenant_id: id, pinned }) => pinned && id === tenant.tenant_id)
  const write = useWrite((wanted: boolean, { client }) => {
    const params = { params: { path: { tenant_id: tenant.tenant_id } } }
    return wanted
      ? readBody(client.PUT('/partner/context/pins/{tenant_id}', params))
      : readBody(client.DELETE('/partner/context/pins/{tenant_id}', params))
  })
  if (isPinned === undefined) return null
  return (
    <Button
      variant="default"
      loading={write.isPending}
      onClick={() => write.mutate(!isPinned, { onError: sayTrouble })}
    >
      {t(isPinned ? 'managed.unpin' : 'managed.pin')}
    </Button>
  )
}

function Detail({ tenant }: { tenant: ManagedTenantDetail }) {
  const { partnerId } = useFrame()
  const go = useGo()
  const isOpen = tenant.assigned && tenant.relationship.status === 'active'
  return (
    <div className="stack">
      <LinkFacts tenant={tenant} />
      {isOpen ? (
        <div className="row">
          <Button onClick={() => go(actingPlaces.summary(partnerId, tenant.tenant_id))}>
            {t('act_in', { tenant: tenant.name })}
          </Button>
          <PinButton tenant={tenant} />
        </div>
      ) : (
        <Note tone="off">
          <p>
            {t(tenant.assigned ? 'managed.link_closed' : 'managed.not_assigned', { tenant: tenant.name })}
          </p>
        </Note>
      )}
      <WorkFacts tenant={tenant} />
      {tenant.withheld.length > 0 && (
        <p className="muted small">
          {t('managed.withheld', {
            what: tenant.withheld.map((part) => tValue('withheld', part)).join(', '),
          })}
        </p>
      )}
      <GoLink to={partnerPlaces.link(partnerId, tenant.relationship.link_id)}>
        {t('managed.link_page')}
      </GoLink>
      <IdText id={tenant.tenant_id} />
    </div>
  )
}

function TenantDetail({ tenantId }: { tenantId: string }) {
  const tenant = useRead(['tenant', tenantId], (_frame, signal) =>
    readBody(
      clientFor(tenantId).GET('/partner/customers/{tenant_id}', {
        params: { path: { tenant_id: tenantId }, query: { include: 'contact,metrics,sla,permissions' } },
        signal,
      }),
    ),
  )
  return (
    <Answer query={tenant} lines={9}>
      {(found) => <Detail tenant={found} />}
    </Answer>
  )
}

type TenantDrawerProps = {
  tenantId: string
  /** The rows of the board, in their order. */
  tenants: readonly ManagedTenant[]
  onTenant: (tenantId: string) => void
}

/** One tenant beside the board. The keys [ and ] go to the one before and after. */
export function TenantDrawer({ tenantId, tenants, onTenant }: TenantDrawerProps) {
  const isOpen = tenantId !== ''
  useBesideKeys(
    tenantId,
    tenants.map((row) => row.tenant_id),
    onTenant,
  )
  return (
    <Drawer
      opened={isOpen}
      onClose={() => onTenant('')}
      position="right"
      size="md"
      title={tenants.find((row) => row.tenant_id === tenantId)?.name ?? t('managed.title')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div tabIndex={-1} data-autofocus="">
        {isOpen && <TenantDetail key={tenantId} tenantId={tenantId} />}
      </div>
    </Drawer>
  )
}

import type { DemoSubscriber } from './business.ts'
import { addDays } from './dice.ts'
import type { DemoPeople, DemoTenant } from './people.ts'
import type { Making } from './people.ts'

/** The reseller whose link opens its own accounts alone, and where. */
const RESELLER = { partner: 'southbank-systems', tenant: 'juniper-valley' } as const

const ENGAGEMENTS = ['sales', 'billing', 'sales', 'managed'] as const
const SIGNED_DAYS_AGO = 120

function addRequest(making: Making, request: Readonly<Record<string, string>>): void {
  making.ledger.add('partner_account', {
    id: making.dice.uuid(addDays(making.now, -1)),
    ...request,
    engagement: 'sales',
    status: 'requested',
    initiated_by: 'partner',
    message: 'We signed this one last week.',
    requested_at: addDays(making.now, -1),
    subscriber_id: null,
    subscriber_name: null,
    attached_by: null,
    attached_by_name: null,
    attached_at: null,
  })
}

/** Four subscribers that are the reseller's accounts, and a fifth that it asks for. */
export function addAccounts(
  making: Making,
  people: DemoPeople,
  { tenant, subscribers }: { readonly tenant: DemoTenant; readonly subscribers: readonly DemoSubscriber[] },
): void {
  const partner = people.partners.get(RESELLER.partner)
  const [owner] = partner?.members ?? []
  if (tenant.slug !== RESELLER.tenant || !partner || !owner) return
  const sides = {
    tenant_id: tenant.id,
    tenant_name: tenant.name,
    partner_id: partner.id,
    partner_name: partner.name,
  }
  for (const [index, engagement] of ENGAGEMENTS.entries()) {
    const at = addDays(making.now, index * 9 - SIGNED_DAYS_AGO)
    const subscriber = subscribers[index * 2]
    if (!subscriber) continue
    const by = { id: tenant.adminPerson.id, name: tenant.adminPerson.name }
    making.ledger.add('partner_account', {
      id: making.dice.uuid(at),
      ...sides,
      subscriber_id: subscriber.id,
      subscriber_name: subscriber.name,
      asked_for: null,
      message: null,
      engagement,
      status: 'active',
      initiated_by: 'tenant',
      requested_by: by.id,
      requested_by_name: by.name,
      requested_at: at,
      attached_by: by.id,
      attached_by_name: by.name,
      attached_at: at,
    })
  }
  addRequest(making, {
    ...sides,
    asked_for: subscribers[1]?.name ?? 'The new shop',
    requested_by: owner.id,
    requested_by_name: owner.name,
  })
}

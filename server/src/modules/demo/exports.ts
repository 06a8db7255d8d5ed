import { NORTHWIND } from './link-plots.ts'
import type { DemoLink } from './links.ts'
import type { DemoPeople, Making } from './people.ts'

const LEFT_OUT: Readonly<Record<string, string>> = {
  suspended: 'TENANT_LINK_SUSPENDED',
  approved: 'TENANT_LINK_NOT_STARTED',
  active: 'PERMISSION_DENIED',
}

/** Where the owner may export invoices without asking anybody. */
const EXPORTING: ReadonlySet<string> = new Set(['beta-networks', 'cascade-broadband'])

const COLUMNS = [
  'invoice_number',
  'tenant_name',
  'customer_name',
  'invoice_date',
  'status',
  'total',
  'balance',
]

/** Two files that the owner of the largest partner has just ordered: the installation makes them once it runs. */
export function addExports(
  { dice, ledger, now }: Making,
  people: DemoPeople,
  links: readonly DemoLink[],
): void {
  const partner = people.partners.get(NORTHWIND)
  const owner = partner?.members[0]
  if (!partner || !owner) throw new Error('The cast has no Northwind with an owner.')
  const own = links.filter((link) => link.partner === partner)
  const isIncluded = (link: DemoLink) => link.status === 'active' && EXPORTING.has(link.tenant.slug)
  const tell = ({ tenant }: DemoLink) => ({ tenant_id: tenant.id, name: tenant.name })
  const included = own.filter(isIncluded)
  const excluded = own.flatMap((link) => {
    const reason = LEFT_OUT[link.status]
    return reason === undefined || isIncluded(link) ? [] : [{ ...tell(link), reason }]
  })
  const orders = [
    { format: 'xlsx', columns: COLUMNS, filter: {} },
    { format: 'pdf', columns: COLUMNS, filter: { status: ['overdue'] } },
  ]
  for (const order of orders)
    ledger.add('export', {
      id: dice.uuid(now),
      kind: 'invoices',
      plane: 'delegation',
      partner_id: partner.id,
      ordered_by: owner.id,
      ordered_by_name: owner.name,
      session_id: dice.uuid(now),
      factor: 'otp',
      permissions: ['partner.billing.invoices.export', 'partner.billing.invoices.read'],
      tenant_ids: included.map(({ tenant }) => tenant.id),
      manifest: { included: included.map((link) => ({ ...tell(link), rows: null })), excluded },
      row_estimate: 0,
      billing_party: 'partner',
      created_at: now,
      ...order,
    })
}

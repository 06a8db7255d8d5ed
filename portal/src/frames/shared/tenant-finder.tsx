import '../../parts/job-words.ts'
import { readBody } from '@liaison/client'

import { Finder } from '../../parts/finder.tsx'
import type { Find } from '../../parts/finder.tsx'
import { clientFor } from '../../platform/frame.ts'

/** Tenants in which the person may act now. The list is the person's own, so it is asked for without naming a tenant. */
const findTenants: Find = async (_frame, search, signal) => {
  const query = { search, limit: 20 }
  const { items } = await readBody(
    clientFor('').GET('/partner/context/tenants', { params: { query }, signal }),
  )
  return items
    .filter((tenant) => tenant.link_status === 'active')
    .map(({ tenant_id: id, name, role_title: about }) => ({ id, name, about }))
}

type TenantFinderProps = { id: string; label: string; onFound: (tenantId: string) => void }

/** Where a tenant to act in is chosen; nothing is chosen beforehand (U4). Whether an act is allowed there its own page says. */
export function TenantFinder({ id, label, onFound }: TenantFinderProps) {
  return (
    <Finder
      id={id}
      kind="own-tenant"
      label={label}
      find={findTenants}
      chosen={null}
      onChosen={(tenant) => {
        if (tenant !== null) onFound(tenant.id)
      }}
    />
  )
}

import '../../parts/job-words.ts'
import { Button, Modal } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { Finder } from '../../parts/finder.tsx'
import type { Find } from '../../parts/finder.tsx'
import { clientFor, useFrame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'

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

/** A ticket on behalf of a tenant, from the list of all tenants: the tenant comes first and is never chosen beforehand (U4). */
export function NewTicketPick() {
  const { partnerId } = useFrame()
  const [isOpen, setOpen] = useState(false)
  const go = useGo()
  return (
    <>
      <Button data-new="" onClick={() => setOpen(true)}>
        {t('pickticket.open')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={t('pickticket.title')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <div className="stack">
          <p>{t('pickticket.about')}</p>
          <Finder
            id="ticket_tenant"
            kind="own-tenant"
            label={t('pickticket.tenant')}
            find={findTenants}
            chosen={null}
            onChosen={(tenant) => {
              if (tenant !== null) go(actingPlaces.newTicket(partnerId, tenant.id))
            }}
          />
        </div>
      </Modal>
    </>
  )
}

import { Button, Modal } from '@mantine/core'
import { useState } from 'react'

import { useFrame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { TenantFinder } from './tenant-finder.tsx'

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
          <TenantFinder
            id="ticket_tenant"
            label={t('pickticket.tenant')}
            onFound={(tenant) => go(actingPlaces.newTicket(partnerId, tenant))}
          />
        </div>
      </Modal>
    </>
  )
}

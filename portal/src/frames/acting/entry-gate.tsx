import { Button } from '@mantine/core'

import { Note, Page } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { useActing } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'

const storageKey = 'liaison.entered'

function readEntered(): string[] {
  return (sessionStorage.getItem(storageKey) ?? '').split(' ').filter((id) => id !== '')
}

/** Whether this tab has shown the gate of this tenant already. Says nothing about what is allowed. */
export function hasEntered(tenantId: string): boolean {
  return readEntered().includes(tenantId)
}

/** Shown once a session before a role that can write: what one is about to be able to do, and who sees it. */
export function EntryGate({ onEnter }: { onEnter: () => void }) {
  const { acting, partnerId, tenantId } = useActing()
  const go = useGo()
  const tenant = acting.tenant_name
  return (
    <Page title={t('gate.title', { tenant })} lead={t('gate.lead', { tenant, role: acting.role_title })}>
      <div className="stack">
        <div className="panel">
          <PermissionList can={acting.can} cannot={acting.cannot} who={t('gate.you')} />
        </div>
        <Note tone="attention">
          <p>{t('gate.seen', { tenant })}</p>
          <p>{t('gate.never')}</p>
        </Note>
        <div className="row">
          <Button variant="default" onClick={() => go(partnerPlaces.customers(partnerId))}>
            {t('gate.stay')}
          </Button>
          <Button
            onClick={() => {
              sessionStorage.setItem(storageKey, [...readEntered(), tenantId].join(' '))
              onEnter()
            }}
          >
            {t('gate.enter', { tenant })}
          </Button>
        </div>
      </div>
    </Page>
  )
}

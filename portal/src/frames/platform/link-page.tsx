import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PlatformLink } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { Answer } from '../../parts/states.tsx'
import { showToast } from '../../platform/live.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { HistoryList, LinkFacts } from '../shared/link-parts.tsx'

type Act = 'suspend' | 'resume' | 'revoke'

/** What the state allows; only the side that suspended resumes. */
function actsOf({ status, status_changed_by: by }: PlatformLink): Act[] {
  if (status === 'active') return ['suspend', 'revoke']
  if (status !== 'suspended') return []
  return by === 'provider' ? ['resume', 'revoke'] : ['revoke']
}

function ActButton({ act, link }: { act: Act; link: PlatformLink }) {
  const [isOpen, setOpen] = useState(false)
  const names = { partner: link.partner_name, tenant: link.tenant_name, count: link.members_count }
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST(`/admin/partner-access/links/{link_id}/${act}`, {
          params: { path: { link_id: link.link_id } },
          body: { reason },
        }),
      ),
    () => {
      setOpen(false)
      showToast(t(`platform.${act}_done`, names))
    },
  )
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t(`platform.${act}`)}…
      </Button>
      <Ask
        opened={isOpen}
        title={t(`platform.${act}_title`, names)}
        act={t(`platform.${act}`)}
        keep={t(`platform.${act}_keep`)}
        isDanger={act === 'revoke'}
        isBusy={write.isPending}
        error={write.error}
        reason="required"
        onKeep={() => setOpen(false)}
        onAct={(reason) => write.mutate(reason)}
      >
        {t(`platform.${act}_effect`, names)}
      </Ask>
    </>
  )
}

/** One link as the platform sees it, with the provider's own acts. */
export function LinkPage() {
  const id = useParam('link')
  const link = useRead(['link', id], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/partner-access/links/{link_id}', {
        params: { path: { link_id: id } },
        signal,
      }),
    ),
  )
  const found = link.data
  return (
    <Page
      title={
        found
          ? t('platform.link_title', { partner: found.partner_name, tenant: found.tenant_name })
          : t('link.title_plain')
      }
      back={{ to: platformPlaces.links(), label: t('nav.links') }}
      tools={found && actsOf(found).map((act) => <ActButton key={act} act={act} link={found} />)}
    >
      <Answer query={link} lines={12}>
        {(body) => (
          <div className="columns">
            <div className="stack">
              <Panel title={t('link.opens')}>
                <PermissionList can={body.can} cannot={body.cannot} who={body.partner_name} />
              </Panel>
              <HistoryList history={body.history} />
            </div>
            <LinkFacts title={t('link.state')} link={body} />
          </div>
        )}
      </Answer>
    </Page>
  )
}

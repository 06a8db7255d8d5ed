import { Button } from '@mantine/core'
import { readBody, readTagged } from '@liaison/sdk'
import type { LinkDetail } from '@liaison/sdk'
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
import { ChangeList, HistoryList, LinkFacts } from '../shared/link-parts.tsx'

type Act = 'suspend' | 'resume' | 'revoke'

function actsOf(status: string): Act[] {
  if (status === 'active') return ['suspend', 'revoke']
  return status === 'suspended' ? ['resume', 'revoke'] : []
}

function ActButton({ act, link, etag }: { act: Act; link: LinkDetail; etag: string | null }) {
  const [isOpen, setOpen] = useState(false)
  const names = { partner: link.partner_name, tenant: link.tenant_name, count: link.members_count }
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST(`/admin/partner-access/links/{link_id}/${act}`, {
          params: { path: { link_id: link.link_id } },
          headers: { 'If-Match': etag ?? '' },
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
        withReason
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
    readTagged(
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
          ? t('platform.link_title', { partner: found.body.partner_name, tenant: found.body.tenant_name })
          : t('link.title_plain')
      }
      back={{ to: platformPlaces.links(), label: t('nav.links') }}
      tools={
        found &&
        actsOf(found.body.status).map((act) => (
          <ActButton key={act} act={act} link={found.body} etag={found.etag} />
        ))
      }
    >
      <Answer query={link} lines={12}>
        {({ body }) => (
          <div className="columns">
            <div className="stack">
              <Panel title={t('link.opens')}>
                <PermissionList can={body.can} cannot={body.cannot} who={body.partner_name} />
              </Panel>
              <ChangeList changes={body.changes} />
              <HistoryList history={body.history} />
            </div>
            <LinkFacts link={body} />
          </div>
        )}
      </Answer>
    </Page>
  )
}

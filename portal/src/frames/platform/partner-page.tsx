import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerRecord } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, StatusChip } from '../../parts/values.tsx'
import { formatCount } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { LinksOf } from './links-of.tsx'

type Act = 'suspend' | 'reactivate'

function ActButton({ partner, act }: { partner: PartnerRecord; act: Act }) {
  const [isOpen, setOpen] = useState(false)
  const names = { partner: partner.name, count: partner.active_links }
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST(`/admin/partners/{partner_id}/${act}`, {
          params: { path: { partner_id: partner.partner_id } },
          body: { reason },
        }),
      ),
    () => {
      setOpen(false)
      showToast(t(`partner.${act}_done`, names))
    },
  )
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t(`partner.${act}`)}…
      </Button>
      <Ask
        opened={isOpen}
        title={t(`partner.${act}_title`, names)}
        act={t(`partner.${act}`)}
        keep={t(`partner.${act}_keep`)}
        isBusy={write.isPending}
        error={write.error}
        reason="required"
        onKeep={() => setOpen(false)}
        onAct={(reason) => write.mutate(reason)}
      >
        {t(`partner.${act}_effect`, names)}
      </Ask>
    </>
  )
}

/** One partner: what it is, its state, and its links. */
export function PartnerPage() {
  const id = useParam('par')
  const partner = useRead(['partner', id], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/partners/{partner_id}', { params: { path: { partner_id: id } }, signal }),
    ),
  )
  const found = partner.data
  return (
    <Page
      title={found ? found.name : t('column.partner')}
      back={{ to: platformPlaces.partners(), label: t('nav.partners') }}
      tools={
        found && (
          <>
            {found.status === 'active' && <ActButton partner={found} act="suspend" />}
            {found.status === 'suspended' && <ActButton partner={found} act="reactivate" />}
          </>
        )
      }
    >
      <Answer query={partner}>
        {(body) => (
          <div className="stack">
            <Panel title={t('partner.facts')}>
              <Facts
                facts={[
                  fact(t('column.status'), <StatusChip family="organisation" value={body.status} />),
                  fact(t('column.kinds'), body.kinds.map((kind) => tValue('kind', kind)).join(', ')),
                  fact(t('column.people'), formatCount(body.members_count)),
                  fact(t('column.links'), formatCount(body.active_links)),
                  fact(t('column.since'), <DateText iso={body.created_at} />),
                  fact(t('newpartner.slug'), <code className="mono">{body.slug}</code>),
                  fact(t('link.id'), <IdText id={body.partner_id} />),
                ]}
              />
            </Panel>
            <nav className="row" aria-label={t('partner.see')}>
              <GoLink to={platformPlaces.blastRadius(id)}>{t('blast.open')}</GoLink>
              <GoLink to={`${platformPlaces.consents()}?partner=${id}`}>{t('nav.consents')}</GoLink>
              <GoLink to={`${platformPlaces.resales()}?partner=${id}`}>{t('nav.resales')}</GoLink>
              <GoLink to={`${platformPlaces.commercial()}?partner=${id}`}>{t('nav.commercial')}</GoLink>
            </nav>
            <LinksOf query={{ partner_id: id }} />
          </div>
        )}
      </Answer>
    </Page>
  )
}

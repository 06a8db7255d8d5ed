import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { TenantLinkDetail } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { Note } from '../../parts/page.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDate } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

/** Lets the own organisation object to an access that the provider recorded, while it has not begun. */
export function ObjectionNote({ link }: { link: TenantLinkDetail }) {
  const [isOpen, setOpen] = useState(false)
  const now = useNow(60_000)
  const names = { partner: link.partner_name }
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST('/tenant/partner-access/links/{link_id}/object', {
          params: { path: { link_id: link.link_id } },
          body: { reason },
        }),
      ),
    () => {
      setOpen(false)
      showToast(t('attested.done', names))
    },
  )
  const { objection_until: until, attestation_ref: contract } = link
  const isOver = until === null || Date.parse(until) <= now.getTime()
  if (isOver || contract === null || link.status !== 'approved') return null
  return (
    <Note tone="attention">
      <p>{t('attested.note', { contract, date: formatDate(until) })}</p>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        {t('attested.object')}…
      </Button>
      <Ask
        opened={isOpen}
        title={t('attested.title', names)}
        act={t('attested.object')}
        keep={t('attested.keep')}
        isBusy={write.isPending}
        error={write.error}
        reason="required"
        onKeep={() => setOpen(false)}
        onAct={(reason) => write.mutate(reason)}
      >
        {t('attested.effect')}
      </Ask>
    </Note>
  )
}

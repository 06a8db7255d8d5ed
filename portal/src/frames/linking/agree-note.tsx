import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { TenantLinkDetail } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note } from '../../parts/page.tsx'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

/** An invitation that a second admin has to agree to before the partner can accept it. */
export function AgreeNote({ link }: { link: TenantLinkDetail }) {
  const names = { partner: link.partner_name }
  const agree = useWrite(
    (token: string, frame) =>
      readBody(
        frame.client.POST('/tenant/partner-access/links/{link_id}/approve', {
          params: { path: { link_id: link.link_id } },
          body: { snapshot_token: token },
        }),
      ),
    () => showToast(t('inviting.agreed', names)),
  )
  return (
    <Note tone="attention">
      <WriteProblem error={agree.error} />
      <p>{t('inviting.second', names)}</p>
      <Button
        variant="default"
        size="xs"
        loading={agree.isPending}
        onClick={() => agree.mutate(link.snapshot_token ?? '')}
      >
        {t('inviting.agree')}
      </Button>
    </Note>
  )
}

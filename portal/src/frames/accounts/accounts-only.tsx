import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { LinkDetail } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { showToast } from '../../platform/live.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useWrite } from '../../platform/query.ts'
import { addWords, t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { accounts } from '../../words/accounts.ts'
import { ReplacesNote } from '../partner/extend-form.tsx'

addWords(accounts)

type PanelProps = { link: LinkDetail; etag: string | null }

/** Restricting holds at once; lifting the restriction is asked of the tenant (B18). */
function useChange({ link, etag }: PanelProps, onDone: () => void) {
  return useWrite(
    (reason: string, { client }) =>
      readBody(
        client.POST('/partner/links/{link_id}/changes', {
          params: { path: { link_id: link.link_id } },
          headers: { 'If-Match': etag ?? '' },
          body: { own_accounts_only: !link.own_accounts_only, reason },
        }),
      ),
    (change) => {
      const names = { tenant: link.tenant_name }
      showToast(change.status === 'waiting' ? t('only.asked', names) : t('only.done', names))
      onDone()
    },
  )
}

/** Whether a link opens the partner's own accounts alone, and the way to change that from the partner's side. */
export function AccountsOnlyPanel(props: PanelProps) {
  const { link } = props
  const { partnerId } = useFrame()
  const [reason, setReason] = useState('')
  const write = useChange(props, () => setReason(''))
  const names = { tenant: link.tenant_name }
  const isOnly = link.own_accounts_only
  return (
    <Panel title={t('only.title')}>
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate(reason.trim())
        }}
      >
        <p className="muted">{t(isOnly ? 'only.is' : 'only.is_not', names)}</p>
        <p className="small">
          <GoLink to={partnerPlaces.accounts(partnerId)}>{t('only.accounts')}</GoLink>
        </p>
        {isOnly && <ReplacesNote link={link} />}
        <WriteProblem error={write.error} />
        <TextInput
          id="only_reason"
          label={t('extend.reason')}
          required
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" variant="light" loading={write.isPending}>
            {t(isOnly ? 'only.ask' : 'only.restrict', names)}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

import './plans-words.ts'
import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PlanDetail } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { fromMinor, toMinor } from './plan-draft.ts'

type Wanted = { isOffered: boolean; price: number | null }

function useOffer({ plan_id: id, offer }: PlanDetail) {
  return useWrite(
    ({ isOffered, price }: Wanted, { client }) =>
      readBody(
        client.PUT('/partner/plans/{plan_id}/offer', {
          params: { path: { plan_id: id } },
          headers: { 'If-Match': `"v${String(offer?.version ?? 0)}"` },
          body: { is_offered: isOffered, price_minor: price, limits: offer?.limits ?? {} },
        }),
      ),
    () => showToast(t('lent.done')),
  )
}

/** What the partner makes of a plan that the catalogue lends it. */
export function LentOffer({ plan, mayManage }: { plan: PlanDetail; mayManage: boolean }) {
  const { offer } = plan
  const { currency } = plan.terms.price
  const [amount, setAmount] = useState(() =>
    offer?.price ? fromMinor(offer.price.amount_minor, currency) : '',
  )
  const [isWrong, setWrong] = useState(false)
  const write = useOffer(plan)
  if (!offer) return null
  const send = (isOffered: boolean) => {
    const price = amount.trim() === '' ? null : toMinor(amount, currency)
    const isBad = amount.trim() !== '' && price === null
    setWrong(isBad)
    if (!isBad) write.mutate({ isOffered, price })
  }
  return (
    <Panel title={t('lent.title')}>
      <div className="stack tight form">
        {!offer.is_allowed && <Note tone="attention">{t('lent.taken_back')}</Note>}
        {offer.is_allowed && <p className="muted">{t('lent.text')}</p>}
        <p>{t(offer.is_offered ? 'lent.offered' : 'lent.not_offered')}</p>
        <WriteProblem error={write.error} />
        {mayManage && offer.is_allowed && (
          <>
            <TextInput
              id="own_price"
              label={t('lent.amount')}
              value={amount}
              maxLength={12}
              error={isWrong ? t('plan_form.amount_wrong') : undefined}
              onChange={(event) => setAmount(event.currentTarget.value)}
            />
            <div className="row">
              <Button variant="default" loading={write.isPending} onClick={() => send(true)}>
                {t('lent.offer')}
              </Button>
              {offer.is_offered && (
                <Button variant="default" onClick={() => send(false)}>
                  {t('lent.stop')}
                </Button>
              )}
            </div>
          </>
        )}
      </div>
    </Panel>
  )
}

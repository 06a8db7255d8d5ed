import './agreements-words.ts'
import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AgreementDetail } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { readClock } from '../../platform/clock.ts'
import { endOfDay } from '../../platform/last-day.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { nameOf } from './calls.ts'

type Wanted = { reason: string; end: Date | null }

function useEnd({ agreement_id: id }: AgreementDetail, onDone: () => void) {
  return useWrite(
    ({ reason, end }: Wanted, { client }) =>
      readBody(
        client.POST('/admin/agreements/{agreement_id}/terminate', {
          params: { path: { agreement_id: id } },
          body: { reason, ...(end !== null && { ends_at: end.toISOString() }) },
        }),
      ),
    (_ended, { end }) => {
      onDone()
      showToast(t(end === null ? 'agreement.end_done' : 'agreement.end_done_later'))
    },
  )
}

/** Ends an agreement now, or with a last day that both sides agreed on. */
export function EndAgreement({ agreement }: { agreement: AgreementDetail }) {
  const [isOpen, setOpen] = useState(false)
  const [day, setDay] = useState('')
  const [isWrong, setWrong] = useState(false)
  const names = { agreement: nameOf(agreement), partner: agreement.partner_name }
  const write = useEnd(agreement, () => setOpen(false))
  const act = (reason: string) => {
    const end = endOfDay(day)
    // A day that is over would end it now, which is not what was entered.
    const isOver = day !== '' && (end === null || end <= readClock())
    setWrong(isOver)
    if (!isOver) write.mutate({ reason, end })
  }
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('agreement.end')}…
      </Button>
      <Ask
        opened={isOpen}
        title={t('agreement.end_title', names)}
        act={t('agreement.end')}
        keep={t('agreement.end_keep')}
        isDanger
        isBusy={write.isPending}
        error={write.error}
        reason="required"
        onKeep={() => setOpen(false)}
        onAct={act}
      >
        <div className="stack tight">
          <p>{t('agreement.end_effect', names)}</p>
          <TextInput
            type="date"
            label={t('agreement.end_day')}
            description={t('agreement.end_day_about')}
            error={isWrong ? t('agreement.end_day_wrong') : undefined}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
        </div>
      </Ask>
    </>
  )
}

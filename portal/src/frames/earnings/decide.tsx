import './earnings-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { EarningDecision } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { Note } from '../../parts/page.tsx'
import { approvalButton } from '../../platform/approval.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

const acts = ['approve', 'hold', 'release', 'void'] as const
type Act = (typeof acts)[number]

type Chosen = { act: Act; ids: readonly string[]; reason: string }

function useDecision(onDone: (decision: EarningDecision) => void) {
  return useWrite(({ act, ids, reason }: Chosen, { client }) => {
    const named = { earning_ids: [...ids] }
    if (act === 'approve') return readBody(client.POST('/admin/earnings/approve', { body: named }))
    if (act === 'release') return readBody(client.POST('/admin/earnings/release', { body: named }))
    const body = { ...named, reason }
    if (act === 'hold') return readBody(client.POST('/admin/earnings/hold', { body }))
    return readBody(client.POST('/admin/earnings/void', { body }))
  }, onDone)
}

type DecideProps = { ids: readonly string[]; onDone: (decision: EarningDecision) => void }

/** What can be done with the selected earnings; each asks once, with its effect. */
export function Decide({ ids, onDone }: DecideProps) {
  const [act, setAct] = useState<Act | null>(null)
  const write = useDecision((decision) => {
    setAct(null)
    onDone(decision)
  })
  const count = String(ids.length)
  return (
    <div className="row" role="group" aria-label={t('earnings.selected', { count })}>
      <span className="small">{t('earnings.selected', { count })}</span>
      {acts.map((name) => (
        <Button
          key={name}
          variant="default"
          disabled={ids.length === 0}
          onClick={() => setAct(name)}
          {...(name === 'approve' ? approvalButton : {})}
        >
          {t(`earnings.${name}`)}
        </Button>
      ))}
      {act !== null && (
        <Ask
          opened
          title={t(`earnings.${act}_title`, { count })}
          act={t(`earnings.${act}`)}
          keep={t('earnings.keep')}
          isDanger={act === 'void'}
          isBusy={write.isPending}
          error={write.error}
          {...(act === 'hold' || act === 'void' ? { reason: 'required' as const } : {})}
          onKeep={() => setAct(null)}
          onAct={(reason) => write.mutate({ act, ids, reason })}
        >
          {t(`earnings.${act}_effect`)}
        </Ask>
      )}
    </div>
  )
}

/** What became of the earnings that were decided about; each that was refused says why. */
export function Outcome({ decision }: { decision: EarningDecision }) {
  const { done, waiting, refused, items } = decision
  const left = items.filter(({ outcome }) => outcome === 'refused')
  return (
    <Note tone={refused > 0 ? 'attention' : 'info'}>
      <div role="status">
        <p className="strong">{t('earnings.outcome')}</p>
        <p>
          {t('earnings.outcome_line', {
            done: String(done),
            waiting: String(waiting),
            refused: String(refused),
          })}
        </p>
        {left.length > 0 && (
          <ul>
            {left.map((item) => (
              <li key={item.earning_id}>
                <code className="mono">{item.earning_id}</code> {tValue('earnings.outcome', item.outcome)}:{' '}
                {item.detail}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Note>
  )
}

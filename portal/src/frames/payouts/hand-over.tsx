import './payouts-words.ts'
import { readBody } from '@liaison/client'
import type { PayoutBatchDetail } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts, Note, Panel } from '../../parts/page.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'

type Message = PayoutBatchDetail['hand_overs'][number]

function answerOf({ response_code: code, attempts, status }: Message): string {
  if (attempts === 0 || status === 'delivered') return ''
  return code === null ? t('hand_over.no_answer') : t('hand_over.answer', { code })
}

function How({ message }: { message: Message }) {
  const { status, attempts, response_excerpt: excerpt } = message
  const at = message.next_attempt_at ?? message.finished_at
  const said = answerOf(message)
  return (
    <>
      <p>{t(`hand_over.is.${status}`, { attempts, at: at === null ? '' : formatDateTime(at) })}</p>
      {said !== '' && <p className="small muted">{said}</p>}
      {status === 'failed' && excerpt !== null && <p className="small mono">{excerpt}</p>}
    </>
  )
}

function SendAgain({ batch }: { batch: PayoutBatchDetail }) {
  const names = { number: batch.number }
  return (
    <MoveButton
      words={{
        act: t('hand_over.again'),
        title: t('hand_over.again_title', names),
        effect: t('hand_over.again_effect'),
        keep: t('hand_over.again_keep'),
        done: t('hand_over.again_done', names),
      }}
      move={(_reason, { client }) =>
        readBody(
          client.POST('/admin/payout-batches/{batch_id}/hand-over', {
            params: { path: { batch_id: batch.batch_id } },
          }),
        )
      }
    />
  )
}

/** Whether the finance system took a payout, what it answered, and how to send it again. */
export function HandOver({ batch }: { batch: PayoutBatchDetail }) {
  const mayRun = useMay('platform.payouts.run')
  if (batch.rail !== 'external' || batch.started_at === null) return null
  const messages = batch.hand_overs
  const isStuck = messages.some(({ status }) => status === 'failed')
  const mayAgain = batch.state === 'processing' && messages.every(({ status }) => status !== 'waiting')
  return (
    <Panel title={t('hand_over.title')}>
      <div className="stack tight">
        {isStuck && (
          <Note tone="attention">
            <p className="strong">{t('hand_over.failed_title')}</p>
            <p>{t('hand_over.failed_text')}</p>
          </Note>
        )}
        {messages.length === 0 ? (
          <p className="muted">{t('hand_over.none')}</p>
        ) : (
          <Facts
            facts={messages.map((message) =>
              fact(
                t('hand_over.part', { part: message.part, parts: message.parts }),
                <How message={message} />,
              ),
            )}
          />
        )}
        {mayRun && mayAgain && (
          <div>
            <SendAgain batch={batch} />
          </div>
        )}
      </div>
    </Panel>
  )
}

import './rules-words.ts'
import { readBody, readTagged } from '@liaison/client'
import type { WaitingRules } from '@liaison/client'

import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import type { MoveWords } from '../../parts/move-button.tsx'
import { fact, Facts, Panel } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

type Waiting = NonNullable<WaitingRules['waiting']>

const confirmWords = (waiting: Waiting): MoveWords => ({
  act: t('rules.waits_confirm'),
  title: t('rules.waits_confirm_title'),
  effect: t('rules.waits_effect', { name: waiting.asked_by_name }),
  keep: t('rules.waits_keep'),
  done: t('rules.waits_confirmed'),
})

const askWords = (): MoveWords => ({
  act: t('rules.waits_ask'),
  title: t('rules.waits_ask_title'),
  effect: t('rules.waits_ask_effect'),
  keep: t('rules.waits_keep'),
  done: t('rules.waits_asked'),
})

/** Confirms what somebody asked for; where that person decides no more, whoever presses it asks for it from then on. */
function Confirm({ waiting, etag }: { waiting: Waiting; etag: string }) {
  return (
    <MoveButton
      isApproval
      words={waiting.counts ? confirmWords(waiting) : askWords()}
      move={(_reason, frame) =>
        readBody(
          frame.client.POST('/tenant/partner-access/policy/waiting/confirm', {
            headers: { 'If-Match': etag },
            body: { outcome: waiting.counts ? 'confirmed' : 'asked' },
          }),
        )
      }
    />
  )
}

function Decline({ waiting, etag }: { waiting: Waiting; etag: string }) {
  const isOwn = waiting.asked_by_you
  return (
    <MoveButton
      words={{
        act: t(isOwn ? 'rules.waits_take_back' : 'rules.waits_decline'),
        title: t(isOwn ? 'rules.waits_take_back_title' : 'rules.waits_decline_title'),
        effect: t('rules.waits_stays'),
        keep: t('rules.waits_keep'),
        done: t('rules.waits_declined'),
      }}
      move={(_reason, frame) =>
        readBody(
          frame.client.POST('/tenant/partner-access/policy/waiting/decline', {
            headers: { 'If-Match': etag },
          }),
        )
      }
    />
  )
}

function sentenceOf(waiting: Waiting) {
  if (!waiting.counts) return 'rules.waits_void'
  return waiting.asked_by_you ? 'rules.waits_yours' : 'rules.waits_theirs'
}

/** Looser rules that one administrator asked for: what they would change, and who may answer. Nothing while nothing waits. */
export function RulesWaiting() {
  const read = useRead(['policy', 'waiting'], (frame, signal) =>
    readTagged(frame.client.GET('/tenant/partner-access/policy/waiting', { signal })),
  )
  const waiting = read.data?.body.waiting ?? null
  if (waiting === null) return null
  const etag = read.data?.etag ?? ''
  const words = {
    name: waiting.asked_by_name,
    date: formatDate(waiting.asked_at),
    until: formatDate(waiting.answer_by),
  }
  return (
    <Panel title={t('rules.waits')}>
      <div className="stack tight">
        <p>{t(sentenceOf(waiting), words)}</p>
        <Facts
          facts={waiting.changes.map(({ label, before, after }) =>
            fact(
              label,
              <>
                {after} <span className="muted">{t('rules.waits_was', { before })}</span>
              </>,
            ),
          )}
        />
        <RowActs>
          {!waiting.asked_by_you && <Confirm waiting={waiting} etag={etag} />}
          <Decline waiting={waiting} etag={etag} />
        </RowActs>
      </div>
    </Panel>
  )
}

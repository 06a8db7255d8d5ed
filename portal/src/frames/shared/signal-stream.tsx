import { Button } from '@mantine/core'
import type { SignalStream } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts, Note, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useFrame } from '../../platform/frame.ts'
import { useWrite } from '../../platform/query.ts'
import { addWords, t, tValue } from '../../platform/words.ts'
import { signals } from '../../words/signals.ts'
import { deleteSignals, moveSignals, useSignalStream, verifySignals } from './signal-calls.ts'
import type { SignalReceiver } from './signal-calls.ts'

addWords(signals)

type StreamProps = { stream: SignalStream; of: SignalReceiver }

/** A stream that sends and does not arrive reads "Failing". */
function shownStatus({ status, failing_since: since }: SignalStream): string {
  return status === 'enabled' && since !== null ? 'failing' : status
}

function waitingWords({ waiting, oldest_waiting_at: oldest }: SignalStream): string {
  if (waiting === 0 || oldest === null) return t('signals.waiting_none')
  return t('signals.waiting_some', { count: waiting, since: formatDateTime(oldest) })
}

function StreamFacts({ stream, of }: StreamProps) {
  const now = useNow(60_000)
  const { failing_since: failing, verified_at: verified, delivers_to: address } = stream
  return (
    <Facts
      facts={[
        fact(t('column.status'), <StatusChip family="signals" value={shownStatus(stream)} />),
        fact(t('activity.own_reason'), stream.status_reason),
        fact(
          t('signals.delivery'),
          address === null ? t('signals.poll', { name: of.name }) : t('signals.push', { address }),
        ),
        fact(t('signals.about'), stream.description),
        fact(
          t('signals.events'),
          stream.events.map((name) => <div key={name}>{tValue('signals.event', name)}</div>),
        ),
        fact(t('signals.last'), <MomentText iso={stream.last_delivered_at} now={now} />),
        fact(t('signals.waiting'), waitingWords(stream)),
        fact(t('signals.failing'), failing && formatDateTime(failing)),
        fact(t('signals.verified'), verified && <MomentText iso={verified} now={now} />),
        fact(t('signals.made'), formatDate(stream.created_at)),
      ]}
    />
  )
}

/** What a stream that does not arrive means for whoever should be told; nothing while all is well or somebody paused it. */
function troubleWords(stream: SignalStream, { name }: SignalReceiver): string | null {
  if (stream.status === 'disabled') return t('signals.disabled_note', { name })
  if (stream.status !== 'enabled' || stream.failing_since === null) return null
  return t('signals.failing_note', { name })
}

function TroubleNote({ stream, of }: StreamProps) {
  const trouble = troubleWords(stream, of)
  if (trouble === null) return null
  return (
    <Note tone="attention">
      <p>{trouble}</p>
    </Note>
  )
}

function wordsOf(act: 'pause' | 'resume' | 'remove', { name }: SignalReceiver) {
  return {
    act: t(`signals.${act}`),
    title: t(`signals.${act}_title`, { name }),
    effect: t(`signals.${act}_effect`, { name }),
    keep: t(`signals.${act}_keep`),
    done: t(`signals.${act}_done`, { name }),
  }
}

function StreamActs({ stream, of }: StreamProps) {
  const { kind } = useFrame()
  const isSending = stream.status === 'enabled'
  const act = isSending ? 'pause' : 'resume'
  const words = wordsOf(act, of)
  // What happened while a stream was disabled was not kept, so nothing of it is promised.
  if (stream.status === 'disabled') words.effect = t('signals.resume_effect_disabled')
  const verify = useWrite(
    (receiver: SignalReceiver, frame) => verifySignals(receiver, frame),
    () => showToast(t('signals.verify_done', { name: of.name })),
  )
  if (stream.held_by_provider && kind !== 'platform') return <p>{t('signals.held')}</p>
  return (
    <div className="stack tight">
      <WriteProblem error={verify.error} />
      <div className="row">
        {isSending && (
          <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate(of)}>
            {t('signals.verify')}
          </Button>
        )}
        <MoveButton key={act} words={words} move={moveSignals(of, act)} reason="optional" />
        <MoveButton words={wordsOf('remove', of)} move={deleteSignals(of)} isDanger />
      </div>
    </div>
  )
}

type PanelProps = { of: SignalReceiver; isStopped: boolean; mayChange: boolean }

/** The stream of security signals that a client or a gateway has made, how it does, and what people may do about it. */
export function SignalStreamPanel({ of, isStopped, mayChange }: PanelProps) {
  const read = useSignalStream(of)
  return (
    <Panel title={t('signals.title')}>
      <div className="stack">
        <p className="muted">{t('signals.lead', { name: of.name })}</p>
        <Answer query={read} lines={3}>
          {({ stream }) =>
            stream === null ? (
              <p>{t('signals.none')}</p>
            ) : (
              <>
                {isStopped ? (
                  <Note tone="attention">
                    <p>{t('signals.stopped', { name: of.name })}</p>
                  </Note>
                ) : (
                  <TroubleNote stream={stream} of={of} />
                )}
                <StreamFacts stream={stream} of={of} />
                {mayChange && <StreamActs stream={stream} of={of} />}
              </>
            )
          }
        </Answer>
      </div>
    </Panel>
  )
}

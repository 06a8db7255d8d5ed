import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { fact, Facts, Note, Panel } from '../../parts/page.tsx'
import { Bones } from '../../parts/states.tsx'
import { formatInstant } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { sentenceOf } from './client-fields.tsx'
import { call, firstCallOf, readArrival, redeem, returnAddress, SandboxFault } from './sandbox-app.ts'
import type { Answered, Arrived, Granted } from './sandbox-app.ts'
import { takeAttempt } from './sandbox-store.ts'
import type { Attempt } from './sandbox-store.ts'

type Outcome =
  | { kind: 'none' }
  | { kind: 'awaited' }
  | { kind: 'granted'; attempt: Attempt; granted: Granted }
  | { kind: 'denied' }
  | { kind: 'failed'; text: string }

async function finish(arrived: Arrived, partnerId: string): Promise<Outcome> {
  const attempt = await takeAttempt(partnerId)
  if (attempt === null || attempt.state !== arrived.state)
    return { kind: 'failed', text: t('sandbox.other_try') }
  if (arrived.error === 'access_denied') return { kind: 'denied' }
  try {
    const back = returnAddress(partnerPlaces.sandbox(partnerId))
    return { kind: 'granted', attempt, granted: await redeem(attempt, arrived, back) }
  } catch (error) {
    if (error instanceof SandboxFault)
      return { kind: 'failed', text: t('sandbox.refused', { code: error.code, text: error.message }) }
    return { kind: 'failed', text: t('sandbox.unreachable') }
  }
}

/** What the browser came back with. The code leaves the address before it is used, and it is used once. */
function useReturn(): Outcome {
  const { partnerId } = useFrame()
  const go = useGo()
  const [arrived] = useState(() => readArrival(window.location.search))
  const [outcome, setOutcome] = useState<Outcome>({ kind: arrived === null ? 'none' : 'awaited' })
  const isTaken = useRef(false)
  useEffect(() => {
    if (arrived === null || isTaken.current) return
    isTaken.current = true
    go(partnerPlaces.sandbox(partnerId), { replace: true })
    void finish(arrived, partnerId).then(setOutcome)
  }, [arrived, go, partnerId])
  return outcome
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function CallAnswer({ answer }: { answer: Answered }) {
  const { partnerId } = useFrame()
  const { status, requestId, text } = answer
  return (
    <div className="stack tight" role="status">
      <p className="strong">{t(status < 400 ? 'sandbox.works' : 'sandbox.works_not', { status })}</p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keys */}
      <pre className="payload" tabIndex={0} aria-label={t('sandbox.answer')}>
        {pretty(text)}
      </pre>
      {requestId !== null && (
        <p>
          <GoLink to={partnerPlaces.clientCalls(partnerId, { request: requestId })}>
            {t('sandbox.see_call')}
          </GoLink>
        </p>
      )}
    </div>
  )
}

function FirstCall({ attempt, granted }: { attempt: Attempt; granted: Granted }) {
  const path = firstCallOf(granted)
  const write = useMutation({ mutationFn: (to: string) => call(attempt, granted, to) })
  if (path === null) return <p className="muted">{t('sandbox.no_read')}</p>
  return (
    <div className="stack tight">
      <h3 className="section-title">{t('sandbox.first_call')}</h3>
      <p>
        <code className="mono once">
          GET {granted.resource}
          {path}
        </code>
      </p>
      <div>
        <Button loading={write.isPending} onClick={() => write.mutate(path)}>
          {t('sandbox.call')}
        </Button>
      </div>
      {write.isError && <p role="alert">{t('sandbox.unreachable')}</p>}
      {write.data && <CallAnswer answer={write.data} />}
    </div>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function GrantedPanel({ attempt, granted }: { attempt: Attempt; granted: Granted }) {
  const { partnerId } = useFrame()
  const { claims } = granted
  const scopes = textOf(claims['scope']).split(' ')
  const { exp } = claims
  return (
    <Panel title={t('sandbox.granted')}>
      <div className="stack">
        <Facts
          facts={[
            fact(t('sandbox.account'), textOf(claims['customer_ban'])),
            fact(
              t('sandbox.can'),
              scopes.map((scope) => <div key={scope}>{sentenceOf(scope)}</div>),
            ),
            fact(
              t('sandbox.token_until'),
              typeof exp === 'number' && formatInstant(new Date(exp * 1000).toISOString()),
            ),
            fact(
              t('sandbox.consent'),
              <>
                <code className="mono">{textOf(claims['delegation_id'])}</code>{' '}
                <GoLink to={partnerPlaces.granted(partnerId)}>{t('sandbox.see_consent')}</GoLink>
              </>,
            ),
          ]}
        />
        <FirstCall attempt={attempt} granted={granted} />
        <details>
          <summary>{t('sandbox.claims')}</summary>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keys */}
          <pre className="payload" tabIndex={0} aria-label={t('sandbox.claims')}>
            {JSON.stringify(claims, null, 2)}
          </pre>
        </details>
      </div>
    </Panel>
  )
}

/** What came of a try, once the browser is back from the pages of the customer; nothing before. */
export function ReturnPanel() {
  const outcome = useReturn()
  if (outcome.kind === 'none') return null
  if (outcome.kind === 'awaited') return <Bones lines={4} />
  if (outcome.kind === 'granted') return <GrantedPanel {...outcome} />
  const isDenied = outcome.kind === 'denied'
  return (
    <Note tone={isDenied ? 'info' : 'bad'}>
      <p role="status">{isDenied ? t('sandbox.denied') : outcome.text}</p>
    </Note>
  )
}

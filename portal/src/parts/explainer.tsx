import './explainer-words.ts'
import { Drawer } from '@mantine/core'
import type { Decision } from '@liaison/client'
import { useContext } from 'react'

import { readDecision } from '../platform/calls.ts'
import { formatInstant } from '../platform/format.ts'
import { FrameContext } from '../platform/frame.ts'
import { useRead } from '../platform/query.ts'
import { t, tValue } from '../platform/words.ts'
import { IdText, StatusChip } from './values.tsx'
import { Note } from './page.tsx'

/** Parts the steps that the decision came to from those behind the one that refused, which tell nothing but their names. */
function partSteps(steps: Decision['steps']): [reached: Decision['steps'], rest: Decision['steps']] {
  const last = steps.findLastIndex(({ state }) => state !== 'not_evaluated')
  const hasRefused = steps[last]?.state !== 'pass'
  return hasRefused ? [steps.slice(0, last + 1), steps.slice(last + 1)] : [steps, []]
}

function Steps({ steps }: Pick<Decision, 'steps'>) {
  const [reached, rest] = partSteps(steps)
  return (
    <section aria-label={t('explain.steps')} hidden={steps.length === 0}>
      <h3 className="section-title">{t('explain.steps')}</h3>
      <ol className="steps">
        {reached.map((step) => (
          <li key={step.check}>
            <StatusChip family="step" value={step.state} />
            <div>
              <p className="strong">{tValue('check', step.check)}</p>
              <p>{step.detail}</p>
              {step.state === 'fail' && step.owner && (
                <p className="muted">{t('explain.owner', { who: tValue('who', step.owner) })}</p>
              )}
            </div>
          </li>
        ))}
      </ol>
      {rest.length > 0 && (
        <details>
          <summary>{t('explain.rest', { count: rest.length })}</summary>
          <ul>
            {rest.map(({ check }) => (
              <li key={check}>{tValue('check', check)}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

/** The steps of one decision, in the order they were taken, with who can mend the one that failed. */
export function DecisionView({ decision }: { decision: Decision }) {
  const allowed = decision.decision === 'allow'
  // What is refused by a rule that is no step says why by itself.
  const isToldByStep = allowed || decision.first_blocker !== null
  return (
    <div className="stack">
      <Note tone={allowed ? 'info' : 'bad'}>
        <p className="strong">{t(allowed ? 'explain.allowed' : 'explain.refused')}</p>
        {!isToldByStep && <p>{decision.sentence}</p>}
        {decision.remedies.map((remedy) => (
          <p key={remedy.text}>
            {remedy.text} {t('explain.who', { who: tValue('who', remedy.who) })}
          </p>
        ))}
      </Note>
      <Steps steps={decision.steps} />
      <p className="small muted">
        {t('explain.as_of', { at: formatInstant(decision.as_of) })}
        {decision.configuration_version !== null && (
          <> {t('explain.configuration', { version: decision.configuration_version })}</>
        )}
      </p>
      <IdText id={decision.explain_id} />
    </div>
  )
}

function StoredDecision({ explainId }: { explainId: string }) {
  const decision = useRead(['explain', explainId], (frame) => readDecision(frame, explainId))
  if (decision.data !== undefined) return <DecisionView decision={decision.data} />
  // A plain sentence: the panel for failures offers this very drawer, which must not nest in itself.
  return <p role="status">{t(decision.isError ? 'explain.gone' : 'state.loading')}</p>
}

type ExplainerProps = { explainId: string | null; onClose: () => void }

/** The drawer "Why?", which opens a stored decision as it was. */
export function Explainer({ explainId, onClose }: ExplainerProps) {
  const frame = useContext(FrameContext)
  return (
    <Drawer
      opened={explainId !== null && frame !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={t('explain.title')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div tabIndex={-1} data-autofocus="">
        {explainId !== null && frame !== null && <StoredDecision explainId={explainId} />}
      </div>
    </Drawer>
  )
}

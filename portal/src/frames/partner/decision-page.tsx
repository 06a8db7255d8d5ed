import '../../parts/job-words.ts'
import { DecisionView } from '../../parts/explainer.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { readDecision } from '../../platform/calls.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

/** Why a request of this partner was refused, from the id that the refusal carried. */
export function DecisionPage() {
  const id = useParam('explain')
  const decision = useRead(['explain', id], (frame) => readDecision(frame, id))
  return (
    <Page title={t('explain.title')} lead={t('decision.lead')}>
      <div className="prose">
        <Answer query={decision}>{(found) => <DecisionView decision={found} />}</Answer>
      </div>
    </Page>
  )
}

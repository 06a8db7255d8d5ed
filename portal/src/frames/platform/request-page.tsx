import { DecisionView } from '../../parts/explainer.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { readDecision } from '../../platform/calls.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'

/** One decision as it was taken, for support. */
export function RequestPage() {
  const id = useParam('explain')
  const decision = useRead(['explain', id], (frame) => readDecision(frame, id))
  return (
    <Page
      title={t('explain.title')}
      lead={t('explain.stored_lead')}
      back={{ to: platformPlaces.explain(), label: t('nav.explain') }}
    >
      <div className="prose">
        <Answer query={decision}>{(found) => <DecisionView decision={found} />}</Answer>
      </div>
    </Page>
  )
}

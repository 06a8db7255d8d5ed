import { lazy, Suspense } from 'react'

import { useWasTrue } from '../platform/was-true.ts'

const Explainer = lazy(() => import('./explainer.tsx').then((loaded) => ({ default: loaded.Explainer })))

type LateExplainerProps = { explainId: string | null; onClose: () => void }

/** The drawer "Why?", which is fetched when it is first opened. */
export function LateExplainer({ explainId, onClose }: LateExplainerProps) {
  if (!useWasTrue(explainId !== null)) return null
  return (
    <Suspense fallback={null}>
      <Explainer explainId={explainId} onClose={onClose} />
    </Suspense>
  )
}

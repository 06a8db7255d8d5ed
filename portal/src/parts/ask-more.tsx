import { LiaisonProblem } from '@liaison/client'
import { useContext } from 'react'

import { FrameContext } from '../platform/frame.ts'
import { GoLink } from '../platform/navigate.tsx'
import { t } from '../platform/words.ts'
import { partnerPlaces } from '../places.ts'

/** Refusals that more access for a while can mend. */
const MENDABLE = new Set(['PERMISSION_DENIED', 'ELEVATION_REQUIRED'])

/** What to do about a refusal inside a tenant: ask a colleague for more access, with what was refused filled in. */
export function AskMore({ error }: { error: unknown }) {
  const frame = useContext(FrameContext)
  if (frame?.kind !== 'acting' || !(error instanceof LiaisonProblem) || !MENDABLE.has(error.code)) return null
  const { explainId } = error.content
  const about = { tenant: frame.tenantId, ...(explainId === null ? {} : { explain: explainId }) }
  return <GoLink to={partnerPlaces.askElevation(frame.partnerId, about)}>{t('elevate.ask')}</GoLink>
}

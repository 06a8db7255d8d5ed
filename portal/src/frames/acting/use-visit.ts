import { readBody } from '@liaison/client'
import { useMutation } from '@tanstack/react-query'
import type { UseMutationResult } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { readClock } from '../../platform/clock.ts'
import { clientFor, frameKey, setAccessReason } from '../../platform/frame.ts'
import { keepVisit, recallVisit, stateOf, toVisit } from '../../platform/visit.ts'
import type { Visit, VisitState } from '../../platform/visit.ts'

const touches = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const
const tickMs = 1000

/** When the person last touched this page. */
function useTouchedAt(): { readonly current: number } {
  const touchedAt = useRef(readClock().getTime())
  useEffect(() => {
    const note = () => {
      touchedAt.current = readClock().getTime()
    }
    for (const name of touches) window.addEventListener(name, note, { passive: true })
    return () => {
      for (const name of touches) window.removeEventListener(name, note)
    }
  }, [])
  return touchedAt
}

function isSame(left: VisitState, right: VisitState): boolean {
  const seconds = (state: VisitState) => (state.kind === 'ending' ? Math.ceil(state.leftMs / 1000) : 0)
  return left.kind === right.kind && seconds(left) === seconds(right)
}

export type OwnVisit = {
  /** `none` before the first entry. */
  state: VisitState | { kind: 'none' }
  /** The latest instant at which the visit ends, in milliseconds. */
  endsAt: number
  reason: string
  /** Comes in, comes in again, or stays: the server records each and says how long it lasts. */
  enter: UseMutationResult<Visit, Error, string>
}

/** The visit of this tab to one tenant, with its clock. */
export function useVisit(tenantId: string): OwnVisit {
  const [visit, setVisit] = useState(() => {
    const kept = recallVisit(tenantId)
    // Before any part of the page reads: each call of the visit says why.
    setAccessReason(tenantId, kept?.reason ?? '')
    return kept
  })
  const touchedAt = useTouchedAt()
  const [state, setState] = useState<OwnVisit['state']>(() =>
    visit === null ? { kind: 'none' } : stateOf(visit, readClock().getTime(), readClock().getTime()),
  )
  const enter = useMutation<Visit, Error, string>({
    mutationKey: [frameKey('acting', tenantId)],
    mutationFn: async (given) => {
      setAccessReason(tenantId, given)
      return toVisit(await readBody(clientFor(tenantId).POST('/partner/context/entries', {})), given)
    },
    onSuccess: (entered) => {
      keepVisit(tenantId, entered)
      setVisit(entered)
      setState({ kind: 'open' })
      window.scrollTo(0, 0)
    },
  })
  useEffect(() => {
    if (visit === null) return
    const look = () => {
      // Once over it stays over: a touch does not bring back what only an entry may.
      setState((before) => {
        if (before.kind === 'over') return before
        const next = stateOf(visit, touchedAt.current, readClock().getTime())
        return before.kind !== 'none' && isSame(before, next) ? before : next
      })
    }
    const timer = setInterval(look, tickMs)
    return () => clearInterval(timer)
  }, [visit, touchedAt])
  return { state, endsAt: visit?.endsAt ?? 0, reason: visit?.reason ?? '', enter }
}

import { useQueryClient } from '@tanstack/react-query'
import type { Query } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'

import { Bones } from './bones.tsx'

/** A read may lead to the next one; the page that it makes is drawn before anybody looks whether it does. */
const calmMs = 40
/** Whatever still comes by then moves the page rather than keeps it away. */
const longestMs = 3000

type Pieces = { come: () => void; came: () => void }
export const PiecesContext = createContext<Pieces>({ come: () => undefined, came: () => undefined })

/** Stands where a lazy piece of a page will be, for the page to wait for it. */
export function Coming() {
  const { come, came } = useContext(PiecesContext)
  useEffect(() => {
    come()
    return came
  }, [come, came])
  return null
}

const isFirstRead = ({ state }: Query): boolean => state.data === undefined

/**
 * Whether everything that a page reads first, and every piece that comes late, is there; true for good once it was. The
 * pieces tell of themselves through `PiecesContext`.
 */
export function useSettling(isWhole: boolean): [isSettled: boolean, pieces: Pieces] {
  const client = useQueryClient()
  const [isSettled, setSettled] = useState(isWhole)
  const look = useRef<() => void>(() => undefined)
  const missing = useRef(0)
  const [pieces] = useState<Pieces>(() => ({
    come: () => {
      missing.current += 1
    },
    came: () => {
      missing.current -= 1
      look.current()
    },
  }))
  useEffect(() => {
    let timer = 0
    const isCalm = () => missing.current === 0 && client.isFetching({ predicate: isFirstRead }) === 0
    const settle = () => {
      if (isCalm()) setSettled(true)
    }
    look.current = () => {
      window.clearTimeout(timer)
      timer = window.setTimeout(settle, calmMs)
    }
    // After the effects of this moment, in which the reads of the page around begin.
    queueMicrotask(settle)
    const stop = client.getQueryCache().subscribe(() => look.current())
    const last = window.setTimeout(() => setSettled(true), longestMs)
    return () => {
      stop()
      window.clearTimeout(timer)
      window.clearTimeout(last)
    }
  }, [client])
  return [isSettled, pieces]
}

/**
 * Shows what stands in a page at once, when the first answer to each of its reads is there: what one of them puts above
 * another would push it away under the reader's finger. Until then the place is kept and grey lines stand in it.
 */
export function Settling({ isSettled, children }: { isSettled: boolean; children: ReactNode }) {
  return (
    <div className="settling" data-settled={isSettled}>
      {!isSettled && (
        <div className="settling-bones">
          <Bones lines={8} />
        </div>
      )}
      <div className="settling-content">{children}</div>
    </div>
  )
}

import { createContext, useCallback, useState } from 'react'
import type { ReactNode } from 'react'

type Version = string | number | null

/** Lets a form that is kept go over to the present state, for whoever asks for that. */
export const PresentState = createContext<() => void>(() => undefined)

/**
 * A form of one version of something. Another version that arrives while something is being entered does not take that
 * away: the form stays with the version that it began with, so that saving says that somebody else was faster, and the
 * present state is shown to whoever asks for it. What was saved here is followed at once.
 */
export function KeptForm<Value>({
  value,
  version,
  children,
}: {
  value: Value
  version: Version
  children: (held: Value) => ReactNode
}) {
  const [held, setHeld] = useState({ value, version })
  const [isEntering, setEntering] = useState(false)
  /** The newest version when something was sent: a later one came of that. */
  const [sentOver, setSentOver] = useState<Version>()
  if (held.version !== version && !isEntering && sentOver !== version) setHeld({ value, version })
  const follow = useCallback(() => {
    setSentOver(undefined)
    setEntering(false)
  }, [])
  const send = () => {
    setSentOver(version)
    setEntering(false)
  }
  return (
    <PresentState value={follow}>
      <div key={held.version} onInput={() => setEntering(true)} onSubmit={send}>
        {children(held.version === version ? value : held.value)}
      </div>
    </PresentState>
  )
}

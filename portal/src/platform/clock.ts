import { useEffect, useState } from 'react'

/** The present instant. The only place of the portal that reads the clock. */
export function readClock(): Date {
  return new Date()
}

/** The present instant, refreshed every `everyMs` milliseconds while the component is shown. */
export function useNow(everyMs = 30_000): Date {
  const [now, setNow] = useState(readClock)
  useEffect(() => {
    const timer = setInterval(() => setNow(readClock()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

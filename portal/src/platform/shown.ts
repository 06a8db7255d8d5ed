import { useEffect, useState } from 'react'

/** Whether the page can be seen; a hidden tab keeps no stream open and asks again when it comes back. */
export function useIsShown(): boolean {
  const [isShown, setShown] = useState(!document.hidden)
  useEffect(() => {
    const note = () => setShown(!document.hidden)
    document.addEventListener('visibilitychange', note)
    return () => document.removeEventListener('visibilitychange', note)
  }, [])
  return isShown
}

import { useState } from 'react'

/** Whether it was true at any render until now: what closes with a movement stays after it was opened once. */
export function useWasTrue(isTrue: boolean): boolean {
  const [wasTrue, setWasTrue] = useState(isTrue)
  if (isTrue && !wasTrue) setWasTrue(true)
  return isTrue || wasTrue
}

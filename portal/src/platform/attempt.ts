import { useState } from 'react'

/**
 * A key for `Idempotency-Key`: the same while the content is the same, so that sending it again after a lost
 * answer does nothing twice, and a new one once the content has changed.
 */
export function useAttemptKey(content: unknown): string {
  const [attempt, setAttempt] = useState(() => ({ content, key: crypto.randomUUID() }))
  if (attempt.content === content) return attempt.key
  const next = { content, key: crypto.randomUUID() }
  setAttempt(next)
  return next.key
}

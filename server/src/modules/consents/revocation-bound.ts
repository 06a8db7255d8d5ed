import type { Language } from '#platform/words/language.ts'
import { CONSENT_WORDS } from './words/index.ts'

/** The most that is a bound: tokens end after 300 seconds whatever becomes of their delegation. */
export const LONGEST_BOUND = 299

/** How many seconds after a revocation anything may still be opened; null where that was not bounded. */
export type RevocationBound = number | null

/** The stricter of two bounds. */
export function stricter(one: RevocationBound, other: RevocationBound): RevocationBound {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}

/** What was written as a bound: null for an empty text, `unread` for what is no whole number of seconds that is one. */
export function readBound(written: string): RevocationBound | 'unread' {
  const text = written.trim()
  if (text === '') return null
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0
  return seconds >= 1 && seconds <= LONGEST_BOUND ? seconds : 'unread'
}

/** A bound in a sentence; undefined where there is none. */
export function boundSentence(bound: RevocationBound | undefined, language: Language): string | undefined {
  return bound ? CONSENT_WORDS[language].bound.kept(bound) : undefined
}

import { writeCount } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { IDENTITY_WORDS } from './words/index.ts'

/** A wait in words, rounded up: "40 seconds", "3 minutes". */
export function waitWords(seconds: number, language: Language = 'en'): string {
  const words = IDENTITY_WORDS[language]
  return seconds < 90
    ? writeCount(seconds, words.seconds, language)
    : writeCount(Math.ceil(seconds / 60), words.minutes, language)
}

const BROWSERS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]

const SYSTEMS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** What a browser says about itself, in two words: "Firefox on Windows". */
export function browserWords(userAgent: string | null, language: Language = 'en'): string {
  const words = IDENTITY_WORDS[language]
  const find = (marks: typeof BROWSERS) => marks.find(([mark]) => mark.test(userAgent ?? ''))?.[1]
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)]
  if (!browser) return words.unknownBrowser
  return system ? words.browserOn(browser, system) : browser
}

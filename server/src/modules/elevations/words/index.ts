import type { Language } from '#platform/words/language.ts'
import { EN } from './en.ts'
import type { ElevationWords } from './en.ts'
import { ES } from './es.ts'
import { FR } from './fr.ts'

export type { Told } from './en.ts'

/** What organisations are told of more access to them, in each of our languages. */
export const ELEVATION_WORDS: Readonly<Record<Language, ElevationWords>> = { en: EN, es: ES, fr: FR }
